import { adoptAnything, forgetHolds, impatient, inventNames, neverTell, sleepless, withoutSweep } from './broken-clusters';
import {
  Believed,
  ChargesAgain,
  HastyOutbox,
  LateIntents,
  NeverSettled,
  NoAttempts,
  Repeating,
  RunsOfBefore,
  RunsOfSameEpoch,
  SameEpoch,
  Unfenced,
} from './broken-stores';
import type { HandlerParts } from './handlers';
import type { LeaderParts } from './leader';
import type { SimulatedCluster } from './simulated-cluster';
import type { World } from './world';

/** What is done to the parts of which the world is made, so that the protocol is broken: for checking the check. */
export interface Tampering {
  leader?: (parts: LeaderParts, world: World) => LeaderParts;
  handler?: (parts: HandlerParts, world: World) => HandlerParts;
  cluster?: (cluster: SimulatedCluster) => void;
}

/** One rule of the protocol each, and the promises of which one must be seen to be broken when it is not kept. */
export const TAMPERINGS: Readonly<Record<string, { tampering: Tampering; breaks: readonly string[] }>> = {
  'the intent is committed after the POST': {
    tampering: { leader: (parts, { database }) => ({ ...parts, attempts: new LateIntents(database) }) },
    breaks: ['I3 intent first'],
  },
  'the server makes up another name when one is taken': {
    tampering: { cluster: inventNames },
    breaks: ['one workflow per epoch'],
  },
  'a workflow is adopted without comparing its hash': {
    tampering: { leader: adoptAnything },
    breaks: ['only its own workflow', 'nobody else is touched'],
  },
  'a result is published without compare-and-set': {
    tampering: { leader: (parts, { database }) => ({ ...parts, runs: new RunsOfBefore(database) }) },
    breaks: ['I5 final runs stay', 'I1 one epoch', 'transitions', 'I2 one publication', 'one announcement per transition'],
  },
  'the epoch stays the same after a lost intent': {
    tampering: {
      leader: (parts, { database }) => ({ ...parts, attempts: new SameEpoch(database), runs: new RunsOfSameEpoch(database) }),
    },
    breaks: ['I1 one epoch', 'transitions'],
  },
  'a cluster that comes back is used before it is swept': {
    tampering: { leader: withoutSweep },
    breaks: ['swept before it is used'],
  },
  'what was settled is settled again': {
    tampering: {
      leader: (parts, { database }) => ({
        ...parts,
        work: new Repeating(parts.work),
        attempts: new NeverSettled(database),
        budgets: new ChargesAgain(database),
      }),
    },
    breaks: ['I6 within the budget'],
  },
  'a leader that was replaced goes on writing': {
    tampering: { leader: (parts, { database }) => ({ ...parts, work: new Unfenced(database, parts.process) }) },
    breaks: ['the fence holds'],
  },
  'cancelling forgets the attempts that are under way': {
    tampering: { handler: (parts, { database }) => ({ ...parts, attempts: new NoAttempts(database) }) },
    breaks: ['I1 one epoch'],
  },
  'a workflow that says that it succeeded is believed': {
    tampering: { leader: (parts, { database }) => ({ ...parts, objects: new Believed(database) }) },
    breaks: ['only whole results'],
  },
  'what is left of given-up attempts is not ended': {
    tampering: { leader: neverTell },
    breaks: ['every workflow ends', 'every attempt ends', 'swept before it is used'],
  },
  'a change is announced outside of its transaction': {
    tampering: { leader: (parts, { database }) => ({ ...parts, outbox: new HastyOutbox(database) }) },
    breaks: ['one announcement per transition', 'announced in order', 'I2 one publication'],
  },
  'what is promised is not counted as taken': {
    tampering: { leader: forgetHolds },
    breaks: ['I4 no overbooking'],
  },
  'the time in which a leader stood still is counted as silence': {
    tampering: { leader: sleepless },
    breaks: ['work gets its grace'],
  },
  'silence is counted from long ago': {
    tampering: { leader: impatient },
    breaks: ['work gets its grace'],
  },
};
