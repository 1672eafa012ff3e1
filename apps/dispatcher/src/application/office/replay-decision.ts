import type { DecisionReplayView } from '@stead/contracts/dispatcher';
import type { LoggedDecision, OfficeRunStore, OfficeWork } from './ports';
import { presentDecision } from './presenting';
import type { CycleStore, StoredCycle } from '../ports';
import { officeError } from '../../domain/office-errors';
import { planCycle, type Decision } from '../../domain/plan-cycle';
import { explainPlacement, explainVerdict, explainWait } from '../../domain/reasons';

type Again = NonNullable<DecisionReplayView['again']>;

/** Plans the cycle of a stored decision once more, and says whether it decides the same. */
export class ReplayDecision {
  constructor(
    private readonly work: OfficeWork,
    private readonly office: OfficeRunStore,
    private readonly cycles: CycleStore,
  ) {}

  async run(runId: string, seq: string): Promise<DecisionReplayView> {
    const { stored, cycle } = await this.work.run(async (tx) => {
      const decision = await this.office.decision(tx, runId, seq);
      if (decision === null) throw officeError['decision-not-found'](`Run ${runId} has no decision ${seq}`);
      const found = decision.cycleId === null ? null : await this.cycles.find(tx, decision.cycleId);
      if (found === null) throw officeError['cycle-forgotten']('What a cycle decided by is kept for a month');
      return { stored: decision, cycle: found };
    });
    return replayed(runId, stored, cycle);
  }
}

/** Pure: the cycle says everything that the decision was made by. */
export function replayed(runId: string, stored: LoggedDecision, cycle: StoredCycle): DecisionReplayView {
  const decision = planCycle(cycle.snapshot, cycle.policy, cycle.at.getTime()).find((one) => one.runId === runId);
  const again = decision === undefined ? null : told(decision);
  const { kind, reason, why, cluster, inputs, verdicts } = stored;
  const differences = again === null ? [] : differ({ kind, reason, why, cluster, inputs, verdicts }, again);
  return {
    ...{ runId, cycleId: cycle.id, differences, again },
    at: cycle.at.toISOString(),
    same: again !== null && differences.length === 0,
    stored: presentDecision(stored),
    cycle: { queued: cycle.snapshot.queue.length, clusters: cycle.snapshot.clusters.map(({ name }) => name) },
  };
}

function told(decision: Decision): Again {
  const { kind, reason, inputs } = decision;
  const cluster = decision.kind === 'place' ? decision.cluster : null;
  return {
    ...{ kind, reason, cluster, inputs },
    why: decision.kind === 'place' ? explainPlacement(decision.cluster, decision.reason) : explainWait(decision.reason),
    verdicts: decision.verdicts.map((verdict) => ({ ...verdict, why: explainVerdict(verdict.cluster, verdict.reason) })),
  };
}

/** By JSON, as one of them has been through a database that keeps no order of members. */
function differ(stored: Again, again: Again, path = ''): DecisionReplayView['differences'] {
  const [one, other] = [leaves(stored, path), leaves(again, path)];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((leaf) => {
    const [was, is] = [one.get(leaf) ?? 'absent', other.get(leaf) ?? 'absent'];
    return was === is ? [] : [{ path: leaf, stored: was, again: is }];
  });
}

function leaves(value: unknown, path: string, found = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) leaves(member, `${path}/${name}`, found);
  else found.set(path, JSON.stringify(value) ?? 'absent');
  return found;
}
