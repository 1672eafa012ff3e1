import type { Check } from './check';
import { accessChecks } from './checks/access';
import { argoChecks } from './checks/argo';
import { changeChecks } from './checks/changes';
import { clusterChecks } from './checks/cluster';
import { listChecks } from './checks/lists';
import { objectChecks } from './checks/objects';
import { podChecks } from './checks/pods';
import { serverChecks } from './checks/server';
import { stepChecks } from './checks/steps';
import { watchChecks } from './checks/watches';

const inGroups: readonly Check[] = [
  ...[...serverChecks, ...accessChecks, ...objectChecks, ...changeChecks, ...listChecks, ...watchChecks],
  ...[...clusterChecks, ...argoChecks, ...stepChecks, ...podChecks],
];
/** What ends the workflows that others look at while they run. */
const LAST = ['argo.terminate', 'argo.stop', 'watches.bookmarks'];
const FIRST = ['argo.begins'];

/** In the order in which they run: whether there is a controller first, what takes a workflow away last. */
export const ALL_CHECKS: readonly Check[] = [
  ...inGroups.filter(({ id }) => FIRST.includes(id)),
  ...inGroups.filter(({ id }) => !FIRST.includes(id) && !LAST.includes(id)),
  ...inGroups.filter(({ id }) => LAST.includes(id)),
];
