import { MINUTE_MS } from './house';
import { Network } from './max-flow';

export const SLOT_MS = 15 * MINUTE_MS;

/** Work that needs one GPU for some time between two moments. */
export interface Task {
  releaseMs: number;
  deadlineMs: number;
  workMs: number;
}

/**
 * Work that no schedule can do in time on so many GPUs, whatever it knows and however often it interrupts: the cloud has to do
 * it. All work, less what flows from tasks to slots of time inside their windows (at most one GPU each) and from slots to the
 * GPUs (dispatch.md 5.2). A slot that a window only touches counts with the part that is inside, and inside a slot order is left
 * open: both make the bound lower, never wrong.
 */
export function leastAwayMs(tasks: readonly Task[], gpus: number, slotMs = SLOT_MS): number {
  const slotOf = new Map<number, number>();
  for (const { releaseMs, deadlineMs } of tasks)
    for (let slot = Math.floor(releaseMs / slotMs); slot * slotMs < deadlineMs; slot += 1)
      if (!slotOf.has(slot)) slotOf.set(slot, slotOf.size);
  const [source, sink] = [0, 1];
  const network = new Network(2 + tasks.length + slotOf.size);
  for (const node of slotOf.values()) network.connect(2 + tasks.length + node, sink, gpus * slotMs);
  let workMs = 0;
  tasks.forEach((task, index) => {
    workMs += task.workMs;
    network.connect(source, 2 + index, task.workMs);
    for (let slot = Math.floor(task.releaseMs / slotMs); slot * slotMs < task.deadlineMs; slot += 1) {
      const insideMs = Math.min(task.deadlineMs, (slot + 1) * slotMs) - Math.max(task.releaseMs, slot * slotMs);
      const node = slotOf.get(slot);
      if (node !== undefined && insideMs > 0)
        network.connect(2 + index, 2 + tasks.length + node, Math.min(insideMs, task.workMs));
    }
  });
  return workMs - network.maxFlow(source, sink);
}
