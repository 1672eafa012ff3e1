import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { VISITORS_MIN, periodOf, statisticsOf, workspaceStatisticsOf, type Counted, type ViewSum } from './statistics';

const PUBLICATION = randomUUID();
const HOTSPOTS = [randomUUID(), randomUUID()];
const PERIOD = { from: '2026-03-01', to: '2026-03-03' };
const sum: fc.Arbitrary<ViewSum> = fc
  .record({
    what: fc.constantFrom<Counted>('view', 'ready', 'moved', 'hotspot', 'hotspot-view', 'tour-finished'),
    hotspot: fc.constantFrom(...HOTSPOTS),
    day: fc.constantFrom('2026-03-01', '2026-03-02', '2026-03-03'),
    count: fc.nat(50),
    visitors: fc.nat(12),
    dwellMs: fc.nat(100_000),
  })
  .map(({ hotspot, ...rest }) => ({ ...rest, subject: rest.what === 'hotspot' ? hotspot : PUBLICATION }));
/** Of one thing and day there is one row. */
const sums = fc.uniqueArray(sum, { selector: ({ what, subject, day }) => `${what} ${subject} ${day}` });

describe('what an owner learns', () => {
  it('names no figure of people that fewer than five of them make', () => {
    fc.assert(
      fc.property(sums, (rows) => {
        const told = statisticsOf(PUBLICATION, PERIOD, rows, []);
        for (const { visitors } of [told, ...told.days, ...told.hotspots])
          if (visitors !== null) expect(visitors).toBeGreaterThanOrEqual(VISITORS_MIN);
        for (const { visitors, opens, dwellS } of told.hotspots)
          expect([opens === null, dwellS === null]).toEqual([visitors === null, visitors === null]);
      }),
    );
  });

  it('adds up', () => {
    fc.assert(
      fc.property(sums, (rows) => {
        const told = statisticsOf(PUBLICATION, PERIOD, rows, []);
        const count = (what: Counted): number => rows.filter((row) => row.what === what).reduce((all, row) => all + row.count, 0);
        expect(told.days.reduce((all, { views }) => all + views, 0)).toBe(told.views);
        expect(told.funnel).toEqual({
          ...{ opened: count('view'), ready: count('ready'), moved: count('moved') },
          ...{ hotspot: count('hotspot-view'), tourFinished: count('tour-finished') },
        });
      }),
    );
  });
});

describe('a period', () => {
  const now = new Date('2026-03-10T23:00:00Z');
  it.each([
    [undefined, undefined, { from: '2026-02-09', to: '2026-03-10' }],
    ['2026-03-01', undefined, { from: '2026-03-01', to: '2026-03-10' }],
    [undefined, '2026-03-31', { from: '2026-03-02', to: '2026-03-31' }],
    ['2026-03-05', '2026-03-05', { from: '2026-03-05', to: '2026-03-05' }],
  ])('from %s to %s is %j', (from, to, wanted) => {
    expect(periodOf(from, to, now)).toEqual(wanted);
  });

  it.each([
    ['2026-03-06', '2026-03-05'],
    ['2024-01-01', '2026-03-05'],
  ])('from %s to %s is none', (from, to) => {
    expect(() => periodOf(from, to, now)).toThrow(expect.objectContaining({ code: 'viewing/statistics-period' }));
  });
});

it('names no figure of people over several places either that fewer than five of them make', () => {
  const visitors = fc.nat(12);
  const views = fc.nat(50);
  const hotspot = fc.record({
    hotspotId: fc.constantFrom(...HOTSPOTS),
    publicationId: fc.constant(PUBLICATION),
    ...{ visitors, opens: views, dwellMs: views },
  });
  const days = fc.array(fc.record({ day: fc.constant('2026-03-01'), views, visitors }));
  fc.assert(
    fc.property(
      fc.record({ days, visitors, counts: fc.record({ ready: views }), hotspots: fc.array(hotspot) }),
      (workspaceSums) => {
        const told = workspaceStatisticsOf(PERIOD, workspaceSums);
        for (const { visitors: people } of [told, ...told.days, ...told.hotspots])
          if (people !== null) expect(people).toBeGreaterThanOrEqual(VISITORS_MIN);
      },
    ),
  );
});
