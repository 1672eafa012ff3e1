import { z } from 'zod';

/** Numbers and words that a rule looked at. */
export const inputsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export type Inputs = z.infer<typeof inputsSchema>;

/** What holds for a run on one cluster at one moment. */
export const VERDICTS = {
  'has-room': 'has room',
  'room-after-boot': 'has room once another node has booted',
  canary: 'takes one run at a time until it has proved itself',
  probing: 'is trying one run and takes no second one yet',
  sweeping: 'is being cleared of what was given up there',
  full: 'is full',
  'no-fitting-node': 'has no node that could hold the run',
  suspect: 'missed its last health checks',
  silent: 'does not answer',
  'store-silent': 'has an object store that does not answer',
  misconfigured: 'refuses our credentials or lacks what it needs',
  degraded: 'answers, but could not do the work',
  'template-missing': 'does not have the pipeline',
  'not-known-yet': 'has not been looked at yet',
  'excluded-after-rejection': 'refused or broke this run a moment ago',
  cordoned: 'takes no new work: an operator said so',
  'budget-exhausted': 'would cost more than is left of the budget',
  'policy-excludes': 'is not used by the policy of this run',
} as const;
export type VerdictReason = keyof typeof VERDICTS;

/** Why a run goes where it goes. `{cluster}` is the chosen one. */
export const PLACEMENTS = {
  'onprem-has-room': 'Runs on {cluster}: your own GPUs have room.',
  'onprem-canary': 'Runs on {cluster}: one run at a time until the cluster has proved itself.',
  'no-onprem-configured': 'Runs on {cluster}: there is no cluster of your own.',
  'onprem-silent': 'Runs on {cluster}: your own cluster does not answer.',
  'onprem-store-silent': 'Runs on {cluster}: the object store of your own cluster does not answer.',
  'onprem-degraded': 'Runs on {cluster}: your own cluster answers, but could not do the work.',
  'onprem-misconfigured': 'Runs on {cluster}: your own cluster cannot take it as it is set up.',
  'onprem-no-fitting-node': 'Runs on {cluster}: no node of your own could hold it.',
  'onprem-excluded-after-rejection': 'Runs on {cluster}: your own cluster refused or broke it a moment ago.',
  'onprem-full-deadline': 'Runs on {cluster}: your own GPUs are full and its deadline would be missed.',
  'onprem-full-cloud-filling':
    'Runs on {cluster}: your own GPUs are full, and the cloud would be too by the time its deadline forces it there.',
  'onprem-full-cloud-cheaper-than-waiting':
    'Runs on {cluster}: your own GPUs are full and waiting would be worth more than the cloud costs.',
  'onprem-full-burst': 'Runs on {cluster}: your own GPUs are full.',
  'onprem-full-timeout': 'Runs on {cluster}: it has waited for your own GPUs for as long as its policy says.',
  'onprem-cordoned': 'Runs on {cluster}: your own cluster takes no new work.',
  'policy-cloud-only': 'Runs on {cluster}: its policy is to run in the cloud.',
} as const;
export type PlaceReason = keyof typeof PLACEMENTS;

/** Why a run waits. */
export const WAITS = {
  'everything-silent': 'Waits: neither a cluster nor the object store answers, so we are cut off ourselves.',
  'clusters-not-known-yet': 'Waits a moment: the clusters are being looked at.',
  'onprem-suspect': 'Waits a few seconds: your own cluster missed its last health checks.',
  'waiting-for-onprem': 'Waits for your own GPUs: they are full, and the cloud would not be sooner for its price.',
  'no-capacity-anywhere': 'Waits: no cluster has room.',
  'every-cluster-silent': 'Waits: no cluster answers.',
  'cluster-excluded-after-rejection': 'Waits: the cluster refused or broke it a moment ago.',
  'no-cluster-configured': 'Waits: no cluster is configured.',
  'every-cluster-cordoned': 'Waits: no cluster takes new work, by order of an operator.',
  'budget-exhausted': 'Waits for your own GPUs: the budget for the cloud is used up.',
  'policy-leaves-no-cluster': 'Waits: its policy leaves no cluster that it could run on.',
} as const;
export type WaitReason = keyof typeof WAITS;

export function explainVerdict(cluster: string, reason: VerdictReason): string {
  return `${cluster} ${VERDICTS[reason]}`;
}

export function explainPlacement(cluster: string, reason: PlaceReason): string {
  return PLACEMENTS[reason].replace('{cluster}', cluster);
}

export function explainWait(reason: WaitReason): string {
  return WAITS[reason];
}
