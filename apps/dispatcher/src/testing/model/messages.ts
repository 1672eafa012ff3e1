import type { requestRun } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { PRESETS } from '@stead/contracts/pipeline';
import type { Process } from './baton';
import { MODEL_PIPELINE } from './simulated-workflow';

/** A message in a queue: it comes again until it is acknowledged. */
export interface Message {
  kind: 'request' | 'order-cancel' | 'ask-cancel' | 'purge' | 'purge-published' | 'purge-work';
  runId: string;
  workspaceId: string;
  state: 'waiting' | 'acknowledged';
  /** Whose hands it is in. */
  process: Process | null;
}

export const WORKSPACES = ['00000000-0000-7000-8000-00000000aaaa', '00000000-0000-7000-8000-00000000bbbb'] as const;

/** The runs of the model have fixed ids, so that a schedule means the same each time. */
export function runIdOf(index: number): string {
  return `00000000-0000-7000-8000-${String(index + 1).padStart(12, '0')}`;
}

export function messageOf(kind: Message['kind'], runId: string): Message {
  const workspaceId = WORKSPACES[Number(runId.at(-1)) % WORKSPACES.length] ?? WORKSPACES[0];
  return { kind, runId, workspaceId, state: 'waiting', process: null };
}

export function requestOf({ runId }: Message): PayloadOf<typeof requestRun> {
  return {
    ...{ runId, pipeline: MODEL_PIPELINE, entrypoint: 'photos', captureId: CAPTURE, options: PRESETS.preview },
    ...{ title: 'Model', priority: 50, deadline: null, reuse: null, placement: null },
    features: { files: 1, megapixels: 1, points: null, bytes: 1 },
  };
}

const CAPTURE = '00000000-0000-7000-8000-00000000cccc';
