import { reachableFrom, transition, type TransitionTable } from '@stead/platform/machine';
import { blurRequestTransitions } from './blur-request.machine';
import { erasureTransitions, reviewTransitions } from './review.machine';

function cellsOf<S extends string, E extends string>(table: TransitionTable<S, E>): (readonly [S, E])[] {
  return (Object.keys(table) as S[]).flatMap((state) =>
    (Object.keys(table[state]) as E[]).map((event) => [state, event] as const),
  );
}
function walks<S extends string, E extends string>(name: string, table: TransitionTable<S, E>, first: S, final: S[]): void {
  describe(name, () => {
    it.each(cellsOf(table))('decides %s on %s', (state, event) => {
      const cell = table[state][event];
      const verdict = transition(table, state, event);
      expect(verdict).toEqual(cell === 'ignore' || cell === 'reject' ? { kind: cell } : { kind: 'move', to: cell });
    });
    it('reaches every state, and never leaves a final one', () => {
      expect([...reachableFrom(table, first)].sort()).toEqual(Object.keys(table).sort());
      for (const state of final) expect([...reachableFrom(table, state)]).toEqual([state]);
    });
  });
}

walks('the lifecycle of a review', reviewTransitions, 'reading', ['closed']);
walks('the lifecycle of originals', erasureTransitions, 'kept', ['erased']);
walks('the lifecycle of a request to be covered', blurRequestTransitions, 'received', ['done', 'declined']);

it('decides nothing while another version is being made, and once it was approved', () => {
  for (const state of ['reading', 'applying', 'approved', 'closed'] as const)
    expect(transition(reviewTransitions, state, 'decide').kind).toBe('reject');
});

it('approves only what is open', () => {
  const leading = Object.entries(reviewTransitions).filter(([, row]) => row.approve === 'approved');
  expect(leading.map(([state]) => state)).toEqual(['open']);
});

it('erases nothing that was not due', () => {
  expect(transition(erasureTransitions, 'kept', 'order').kind).toBe('reject');
});
