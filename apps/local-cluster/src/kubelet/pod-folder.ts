import { join } from 'node:path';

/** Where one pod lives on disk. The folder's path holds the pod's uid, so that it also identifies its process. */
export class PodFolder {
  constructor(
    root: string,
    readonly uid: string,
  ) {
    this.path = join(root, 'pods', uid);
  }

  readonly path: string;

  /** The working directory of the container. */
  get work(): string {
    return join(this.path, 'work');
  }

  /** Written by the supervisor, exclusively: who holds it runs the container. */
  get pid(): string {
    return join(this.path, 'pid');
  }

  /** Written by the supervisor when the container has ended. */
  get exit(): string {
    return join(this.path, 'exit');
  }

  /** Why the cluster itself killed the container, if it did. */
  get killed(): string {
    return join(this.path, 'killed');
  }

  get progress(): string {
    return join(this.path, 'progress');
  }

  get log(): string {
    return join(this.path, 'main.log');
  }

  /** The part of the log that was there before it grew too large. */
  get olderLog(): string {
    return join(this.path, 'main.log.1');
  }

  /** When which byte of the log was seen: `<offset> <milliseconds>` per line. */
  get logTimes(): string {
    return join(this.path, 'main.log.times');
  }
}
