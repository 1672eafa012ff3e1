import { EMPTY, withText, type Tail } from './log-lines';

const read = (...chunks: string[]): Tail => chunks.reduce(withText, EMPTY);

describe('the tail of a log', () => {
  it('is whole lines, wherever the network has cut them', () => {
    expect(read('fir', 'st\nsec', 'ond\nthi')).toEqual({ lines: ['first', 'second'], rest: 'thi', isCut: false });
  });

  it.each<[string, object, string]>([
    ['a message with its time', { at: '2026-03-01T12:34:56.789Z', level: 'info', message: 'Opened' }, '12:34:56 Opened'],
    [
      'how far it is',
      { at: '2026-03-01T12:34:56Z', level: 'info', message: 'Matching', percent: 41.6 },
      '12:34:56 Matching (42 %)',
    ],
    ['what is wrong, loudly', { level: 'error', message: 'No memory' }, 'ERROR No memory'],
    ['JSON that is no message as it came', { answer: 42 }, '{"answer":42}'],
  ])('shows %s', (_what, line, want) => {
    expect(read(`${JSON.stringify(line)}\n`).lines).toEqual([want]);
  });

  it('shows what is no JSON as it came, and cuts what has no end', () => {
    expect(read('{broken\n=== tile ===\n').lines).toEqual(['{broken', '=== tile ===']);
    expect(read(`${'x'.repeat(10_000)}\n`).lines[0]).toHaveLength(2_000);
  });

  it('keeps the newest thousand lines, and says that there were more', () => {
    const { lines, isCut } = read(Array.from({ length: 1_500 }, (_, i) => `${i}\n`).join(''));
    expect([lines.length, lines[0], lines.at(-1), isCut]).toEqual([1_000, '500', '1499', true]);
  });
});
