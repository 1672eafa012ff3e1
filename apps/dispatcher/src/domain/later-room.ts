import type { PodDemand } from '@stead/platform/capacity';
import { readyInMs, soonestFirst, type BootGroup } from './boot-room';
import { Room, type FreeNode } from './room';

/**
 * The room of a cluster whose nodes come and go: what is there now, and behind it the nodes that could come, soonest first. A
 * run that nodes have to come for may still use what is there for some of its pods, so both are taken from together.
 */
export class LaterRoom {
  readonly now: Room;
  private readonly all: Room;
  private readonly coming: readonly BootGroup[];
  private readonly here: number;
  /** When such pods could start, until room is taken: runs of a kind ask for the same, several times each. */
  private readonly known = new Map<readonly PodDemand[], { p50: number; p90: number } | null>();

  constructor(now: readonly FreeNode[], groups: readonly BootGroup[]) {
    this.now = new Room(now);
    this.coming = soonestFirst(groups);
    this.all = new Room([...now, ...this.coming]);
    this.here = now.length;
  }

  /** Nothing is taken when there is not enough, nodes that could come included. */
  take(pods: readonly PodDemand[]): void {
    this.known.clear();
    this.all.take(pods);
    this.now.copy(this.all.list.slice(0, this.here));
  }

  /** When a run that has no room now could start; null where nothing that could come would do. */
  readyInMs(pods: readonly PodDemand[]): { p50: number; p90: number } | null {
    const known = this.known.get(pods);
    if (known !== undefined) return known;
    const left = this.all.list;
    const coming = this.coming.map((group, i) => ({ ...group, free: left[this.here + i]?.free ?? {} }));
    const ready = readyInMs(left.slice(0, this.here), coming, pods);
    this.known.set(pods, ready);
    return ready;
  }
}
