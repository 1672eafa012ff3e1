import { defineErrors } from '@stead/platform/errors';

/** What operators can be refused. */
export const officeError = defineErrors('back-office', {
  'cluster-not-found': { kind: 'not-found', title: 'No such cluster' },
  'cluster-name-taken': { kind: 'conflict', title: 'A cluster of this name is there' },
  'cluster-already-known': { kind: 'conflict', title: 'This cluster is known by another name' },
  'cluster-is-another': { kind: 'conflict', title: 'The kubeconfig leads to another cluster' },
  'cluster-unusable': { kind: 'unprocessable', title: 'The cluster cannot be used as it is' },
  'cluster-from-configuration': { kind: 'conflict', title: 'The cluster stands in the configuration' },
  'cluster-not-configured': { kind: 'invalid', title: 'The cluster does not stand in the configuration' },
  'cluster-in-use': { kind: 'conflict', title: 'The cluster is in use' },
  'cluster-changed': { kind: 'conflict', title: 'The cluster was changed by somebody else' },
  'confirmation-differs': { kind: 'invalid', title: 'The confirmation is not the name of the cluster' },
  'no-kubeconfig-key': { kind: 'conflict', title: 'There is no key to keep kubeconfigs under' },
  'budget-below-use': { kind: 'conflict', title: 'The budget is used beyond this already' },
  'run-not-found': { kind: 'not-found', title: 'No such run' },
  'run-not-open': { kind: 'conflict', title: 'The run has ended' },
  'deadline-passed': { kind: 'invalid', title: 'The deadline has passed' },
  'not-a-dead-letter': { kind: 'conflict', title: 'The run was not given up on' },
  'run-purged': { kind: 'conflict', title: 'The owner of the run has deleted it' },
  'decision-not-found': { kind: 'not-found', title: 'No such decision' },
  'cycle-forgotten': { kind: 'not-found', title: 'What the decision was made by is not kept any more' },
  'nothing-known-yet': { kind: 'unavailable', title: 'The scheduler has not looked around yet' },
  'what-if-busy': { kind: 'exhausted', title: 'Another simulation is running' },
  'what-if-too-slow': { kind: 'unavailable', title: 'The simulation took too long' },
});
