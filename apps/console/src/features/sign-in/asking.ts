import { useState } from 'react';
import { ApiProblem, SteadClient } from '@stead/web/api-client';
import type { SignedIn, Tokens } from '../../app/signed-in';
import type { SignInWords } from './words';

/** Asked once: whoever guesses too often is told so, and not asked again by us. */
const door = new SteadClient({ baseUrl: '', triesMax: 1 });

export interface Asking {
  busy: boolean;
  error: unknown;
  /** Posts, and is signed in by the tokens in the answer. */
  ask<T>(path: string, body: object, tokensOf: (answer: T) => Tokens): void;
}

export function useAsking(signIn: SignedIn): Asking {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async <T>(path: string, body: object, tokensOf: (answer: T) => Tokens): Promise<void> => {
    setBusy(true);
    try {
      await signIn.begin(tokensOf(await door.post<T>(path, { ...body, cookie: true })));
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return { busy, error, ask: (path, body, tokensOf) => void run(path, body, tokensOf) };
}

type Say = (key: keyof SignInWords, values?: Record<string, string | number>) => string;

/** Of what happens every day, in the language of the page; null for the rest. */
export function saidOf(error: unknown, t: Say): string | null {
  if (!(error instanceof ApiProblem)) return error === null ? null : t('unreachable');
  const { code, retryAfterS } = error;
  if (code === 'workspaces/wrong-credentials') return t('wrong');
  if (code === 'workspaces/email-taken') return t('emailTaken');
  if (code === 'workspaces/password-too-common') return t('passwordTooCommon');
  if (error.status === 429) return retryAfterS === null ? t('tooManySoon') : t('tooMany', { seconds: retryAfterS });
  return null;
}
