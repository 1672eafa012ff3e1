import type { Run } from '../queries';
import { timelineOf } from './timeline';

const at = (seconds: number): string => new Date(Date.parse('2026-03-01T12:00:00Z') + seconds * 1000).toISOString();
const NOW_MS = Date.parse(at(100));
type Part = Pick<Run, 'attempts' | 'steps' | 'createdAt' | 'finishedAt'>;
const attempt = (epoch: number, cluster: string, from: number, to: number | null): Run['attempts'][number] => ({
  ...{ epoch, cluster, state: to === null ? 'running' : 'done', workflow: `w-e${epoch}`, outcome: null, reason: '', why: '' },
  ...{ message: null, gpuSeconds: 0, cost: 0, createdAt: at(from), startedAt: at(from), finishedAt: to === null ? null : at(to) },
});
const step = (name: string, from: number | null, to: number | null): Run['steps'][number] => ({
  ...{ name, state: from === null ? 'waiting' : to === null ? 'running' : 'succeeded', percent: 0, seconds: null, retries: 0 },
  ...{ cluster: null, epoch: null, message: null, log: 'none' },
  startedAt: from === null ? null : at(from),
  finishedAt: to === null ? null : at(to),
});
const timeline = (part: Partial<Part>) =>
  timelineOf({ attempts: [], steps: [], createdAt: at(0), finishedAt: null, ...part } as Run, NOW_MS); // what it looks at

describe('the steps of a run over time', () => {
  it('reach from when it was asked for until now, while it runs', () => {
    const { bars, bands } = timeline({
      attempts: [attempt(1, 'onprem', 20, 60), attempt(2, 'cloud', 60, null)],
      steps: [step('ingest', 20, 30), step('tile', 70, null), step('bundle', null, null)],
    });
    expect(bands).toEqual([
      { epoch: 1, cluster: 'onprem', from: 0.2, to: 0.6 },
      { epoch: 2, cluster: 'cloud', from: 0.6, to: 1 },
    ]);
    // What has not begun has no bar.
    expect(bars).toEqual([
      { step: 'ingest', state: 'succeeded', from: 0.2, to: 0.3 },
      { step: 'tile', state: 'running', from: 0.7, to: 1 },
    ]);
  });

  it('end with the run, however much later somebody looks', () => {
    const { bars, endMs } = timeline({
      attempts: [attempt(1, 'onprem', 0, 50)],
      steps: [step('ingest', 0, 50)],
      finishedAt: at(50),
    });
    expect(endMs).toBe(Date.parse(at(50)));
    expect(bars).toEqual([{ step: 'ingest', state: 'succeeded', from: 0, to: 1 }]);
  });

  it('stay within the picture where clocks differ, and where nothing has happened yet', () => {
    for (const part of [{ steps: [step('ingest', -5, 200)] }, {}, { createdAt: at(100) }]) {
      const { startMs, endMs, bars } = timeline(part);
      expect(endMs).toBeGreaterThan(startMs);
      for (const { from, to } of bars) expect(0 <= from && from <= to && to <= 1).toBe(true);
    }
  });
});
