/** What happens next: a binary heap by time, and by the order of arrival where times are equal, so that a run is repeatable. */
export class EventQueue<E> {
  private readonly heap: { atMs: number; order: number; event: E }[] = [];
  private added = 0;

  get nextMs(): number | null {
    return this.heap[0]?.atMs ?? null;
  }

  push(atMs: number, event: E): void {
    const { heap } = this;
    const entry = { atMs, order: (this.added += 1), event };
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  pop(): E | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.event;
    let at = 0;
    for (;;) {
      let least = 2 * at + 1;
      let child = heap[least];
      const right = heap[least + 1];
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        least += 1;
        child = right;
      }
      if (child === undefined || !isBefore(child, last)) break;
      heap[at] = child;
      at = least;
    }
    heap[at] = last;
    return first.event;
  }
}

interface Timed {
  atMs: number;
  order: number;
}

function isBefore(a: Timed, b: Timed): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
