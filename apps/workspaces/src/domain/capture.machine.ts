import type { CaptureState } from '@stead/contracts/workspaces';
import type { TransitionTable } from '@stead/platform/machine';

/** `commit` hands the files to the probe; `reopen` is a change of files after a rejection; `expire` ends an abandoned upload. */
export type CaptureEvent = 'commit' | 'accept' | 'reject' | 'reopen' | 'delete' | 'expire';

export const captureTransitions: TransitionTable<CaptureState, CaptureEvent> = {
  uploading: { commit: 'probing', accept: 'reject', reject: 'reject', reopen: 'ignore', delete: 'deleted', expire: 'deleted' },
  probing: { commit: 'ignore', accept: 'verified', reject: 'rejected', reopen: 'reject', delete: 'deleted', expire: 'ignore' },
  verified: { commit: 'ignore', accept: 'ignore', reject: 'ignore', reopen: 'reject', delete: 'deleted', expire: 'ignore' },
  rejected: { commit: 'probing', accept: 'ignore', reject: 'ignore', reopen: 'uploading', delete: 'deleted', expire: 'ignore' },
  deleted: { commit: 'reject', accept: 'ignore', reject: 'ignore', reopen: 'reject', delete: 'ignore', expire: 'ignore' },
};
