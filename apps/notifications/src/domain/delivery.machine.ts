import type { DeliveryState } from '@stead/contracts/notifications';
import type { TransitionTable } from '@stead/platform/machine';

/**
 * What can happen to a delivery. `take`: a sender has it now. `succeed`, `fail` and `giveUp` are how a try ended, the last one
 * when no more are to come. `lose`: the sender's lease ran out, and nobody knows whether it was sent. `stop`: its webhook is
 * disabled. `replay`: somebody wants it sent, now.
 */
export type DeliveryEvent = 'take' | 'succeed' | 'fail' | 'giveUp' | 'lose' | 'stop' | 'replay';

/** One that is being sent is not stopped: how that try ends decides, and what is left of it is stopped as waiting. */
export const deliveryTransitions: TransitionTable<DeliveryState, DeliveryEvent> = {
  waiting: {
    ...{ take: 'sending', succeed: 'ignore', fail: 'ignore', giveUp: 'ignore' },
    ...{ lose: 'ignore', stop: 'dead', replay: 'waiting' },
  },
  sending: {
    ...{ take: 'ignore', succeed: 'delivered', fail: 'waiting', giveUp: 'dead' },
    ...{ lose: 'waiting', stop: 'ignore', replay: 'ignore' },
  },
  delivered: {
    ...{ take: 'ignore', succeed: 'ignore', fail: 'ignore', giveUp: 'ignore' },
    ...{ lose: 'ignore', stop: 'ignore', replay: 'waiting' },
  },
  dead: {
    ...{ take: 'ignore', succeed: 'ignore', fail: 'ignore', giveUp: 'ignore' },
    ...{ lose: 'ignore', stop: 'ignore', replay: 'waiting' },
  },
};
