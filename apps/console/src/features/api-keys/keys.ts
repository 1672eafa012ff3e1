import type { UseQueryResult } from '@tanstack/react-query';
import type { components } from '@stead/web/api-client';
import { body, useRead } from '../../app/api';

export type ApiKey = components['schemas']['ApiKey'];
export type NewApiKey = components['schemas']['NewApiKey'];
export const KEYS = 'api-keys';

export function useKeys(): UseQueryResult<{ items: ApiKey[] }> {
  return useRead([KEYS], async (api) => body(await api.GET('/v1/api-keys')));
}

export type KeyState = 'active' | 'ending' | 'expired' | 'revoked';

export function stateOf({ revokedAt, expiresAt, replacedBy }: ApiKey, nowMs: number): KeyState {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt !== null && Date.parse(expiresAt) <= nowMs) return 'expired';
  return replacedBy === null ? 'active' : 'ending';
}
