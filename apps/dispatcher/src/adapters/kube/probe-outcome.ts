import { isKubeError, type KubeErrorClass } from '@stead/platform/kube';
import type { ReadyOutcome } from '../../domain/liveness';
import type { WriteOutcome } from '../../domain/write-signal';

type Meaning<T> = Readonly<Record<KubeErrorClass, T>>;

/**
 * `GET /readyz`. An API server that throttles is alive; one that answers with 5xx is not ready, and no better than one that does
 * not answer. `misconfigured` is ours alone: the kubeconfig cannot be read, or names another CA than the server's.
 */
const READY: Meaning<'answer' | 'refusal' | 'unreached' | 'silence'> = {
  throttled: 'answer',
  unauthorized: 'refusal',
  forbidden: 'refusal',
  'not-found': 'refusal',
  invalid: 'refusal',
  conflict: 'refusal',
  'conflict-exists': 'refusal',
  expired: 'refusal',
  misconfigured: 'unreached',
  unavailable: 'silence',
  timeout: 'silence',
  ambiguous: 'silence',
};

/**
 * A synthetic write. `conflict-exists`: its name is taken, so it got as far as the storage. 404: the namespace or Argo's resource
 * is not there. 429 and a conflict are about this moment.
 */
const WRITE: Meaning<WriteOutcome['kind']> = {
  'conflict-exists': 'accepted',
  unauthorized: 'refused',
  forbidden: 'refused',
  'not-found': 'refused',
  invalid: 'refused',
  misconfigured: 'refused',
  throttled: 'inconclusive',
  conflict: 'inconclusive',
  expired: 'inconclusive',
  unavailable: 'failed',
  timeout: 'failed',
  ambiguous: 'failed',
};

/**
 * What an API server says (400) when an admission webhook does not declare that it has no side effects: it then refuses every
 * dry run, and every real workflow is taken. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#side-effects
 */
const NO_DRY_RUN = 'does not support dry run';

export function readyOutcome(error: unknown): ReadyOutcome {
  const detail = textOf(error);
  if (!isKubeError(error)) return { kind: 'silence', detail };
  const meaning = READY[error.kind];
  switch (meaning) {
    case 'answer':
      return { kind: 'answer' };
    case 'silence':
      return { kind: 'silence', detail };
    case 'refusal':
    case 'unreached':
      return { kind: 'refusal', detail, reached: meaning === 'refusal' };
  }
}

export function writeOutcome(error: unknown): WriteOutcome {
  const detail = textOf(error);
  if (!isKubeError(error) || detail.includes(NO_DRY_RUN)) return { kind: 'inconclusive', detail };
  const kind = WRITE[error.kind];
  return kind === 'accepted' ? { kind } : { kind, detail };
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
