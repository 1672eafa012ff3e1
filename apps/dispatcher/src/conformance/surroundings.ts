import type { ClusterClient, KubeTransport } from '@stead/platform/kube';
import type { RawApi } from '../adapters/kube/cluster-check/raw-api';
import type { BookmarkWatch } from './bookmark-watch';
import type { Fixtures } from './fixtures';
import type { Workbench } from './workbench';

/** How long is waited for what takes its time, in milliseconds. */
export interface Patience {
  /** Until a controller has looked at a workflow: as long as the dispatcher waits before it calls it dead. */
  begin: number;
  /** Until a workflow is completed. */
  complete: number;
  /** Until what was ended or removed is gone, with its pods. */
  gone: number;
  /** Until a stream has told what has happened. */
  told: number;
}

export const PATIENCE: Patience = { begin: 60_000, complete: 180_000, gone: 60_000, told: 15_000 };

/** What a check is given. */
export interface Surroundings {
  /** Answers as they are. What goes over it is told with the result. */
  api: RawApi;
  /** The same server, asked with a token that is none. */
  stranger: RawApi;
  transport: KubeTransport;
  strangerTransport: KubeTransport;
  /** The dispatcher's own client: what it makes of answers is an expectation as well. */
  client: ClusterClient;
  namespace: string;
  bench: Workbench;
  fixtures: Fixtures;
  bookmarks: BookmarkWatch;
  patience: Patience;
  /** The API groups that the cluster serves, with the version that it prefers. */
  groups: ReadonlyMap<string, string>;
  /** Nothing is denied to these credentials, so that denials cannot be looked at. */
  isAdministrator: boolean;
}
