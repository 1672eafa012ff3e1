import { daysLeft } from './deadline';

describe('the days until an answer is due', () => {
  it.each([
    ['2026-03-31T12:00:00Z', 30],
    ['2026-03-02T11:59:00Z', 0],
    ['2026-03-01T12:00:00Z', 0],
    ['2026-03-01T11:00:00Z', 0],
    ['2026-02-26T12:00:00Z', -3],
    ['2026-02-26T18:00:00Z', -2],
  ])('until %s are %d', (until, want) => {
    expect(daysLeft(until, Date.parse('2026-03-01T12:00:00Z'))).toBe(want);
  });
});
