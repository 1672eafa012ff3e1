import type { OpeningHours } from '@stead/contracts/studio';
import { openAt, weekOf } from './opening-hours';

const hours: OpeningHours = {
  timeZone: 'Asia/Seoul',
  weekly: {
    mo: [
      { from: '09:00', to: '12:00' },
      { from: '13:00', to: '18:00' },
    ],
    fr: [{ from: '18:00', to: '24:00' }],
    sa: [{ from: '00:00', to: '02:00' }],
  },
  exceptions: [
    { date: '2026-03-09', open: [] },
    { date: '2026-03-10', open: [{ from: '10:00', to: '11:00' }] },
  ],
};

describe('whether something is open', () => {
  // 2026-03-02 is a Monday. Times are those of Seoul, nine hours ahead, wherever the visitor is.
  it.each<[string, string, unknown]>([
    ['before it opens', '2026-03-02T08:59+09:00', { open: false, opens: '09:00' }],
    ['from the minute at which it opens', '2026-03-02T09:00+09:00', { open: true, until: '12:00' }],
    ['not in the break, which ends', '2026-03-02T12:00+09:00', { open: false, opens: '13:00' }],
    ['after the break', '2026-03-02T17:59+09:00', { open: true, until: '18:00' }],
    ['after the last hour', '2026-03-02T18:00+09:00', { open: false, opens: null }],
    ['on a day that is left out', '2026-03-04T12:00+09:00', { open: false, opens: null }],
    ['past midnight, as one evening', '2026-03-06T23:30+09:00', { open: true, until: '02:00' }],
    ['in the small hours of it', '2026-03-07T00:00+09:00', { open: true, until: '02:00' }],
    ['on a day that is closed by exception', '2026-03-09T10:00+09:00', { open: false, opens: null }],
    ['on a day that is open by exception', '2026-03-10T10:30+09:00', { open: true, until: '11:00' }],
    ['while it is still the day before elsewhere', '2026-03-01T23:30-01:00', { open: true, until: '12:00' }],
  ])('%s', (_, at, want) => expect(openAt(hours, Date.parse(at))).toEqual(want));

  it('is told for each day of the week, Monday first', () => {
    expect(weekOf(hours).map(({ day, intervals }) => `${day} ${intervals.length}`)).toEqual([
      ...['mo 2', 'tu 0', 'we 0', 'th 0', 'fr 1', 'sa 1', 'su 0'],
    ]);
  });
});
