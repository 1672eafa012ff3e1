import fc from 'fast-check';
import { readable, verdictOf } from './answer';

describe('what an answer means', () => {
  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [301, 'redirect'],
    [308, 'redirect'],
    [400, 'status'],
    [404, 'status'],
    [410, 'gone'],
    [429, 'status'],
    [500, 'status'],
    [199, 'status'],
  ])('%i: %s', (status, outcome) => {
    expect(verdictOf(status).outcome).toBe(outcome);
  });
});

describe('the kept part of an answer', () => {
  it.each([
    ['words', Buffer.from('thank you\nall is well'), 'thank you\nall is well'],
    ['Korean', Buffer.from('고맙습니다'), '고맙습니다'],
    ['colours of a terminal', Buffer.from('\u001b[31mred'), '\uFFFD[31mred'],
    ['text turned round', Buffer.from('a\u202Eb'), 'a\uFFFDb'],
    ['what Postgres does not take', Buffer.from('a\0b'), 'a\uFFFDb'],
    ['bytes that are no text', Buffer.of(0xff, 0x41), '\uFFFDA'],
  ])('shows %s as is safe', (_name, given, shown) => {
    expect(readable(given)).toBe(shown);
  });

  it('is at most a KiB, and nothing that steers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        const text = readable(Buffer.from(bytes));
        expect(text.length).toBeLessThanOrEqual(1024);
        expect(text).not.toMatch(/[^\P{C}\n\t]/u);
      }),
    );
  });
});
