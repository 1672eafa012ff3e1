import { progressLineSchema } from '@stead/contracts/pipeline';
import { Reporter } from './reporter';

function reporter(stepMs = 1000): { report: Reporter; lines: string[]; percents: number[] } {
  const lines: string[] = [];
  const percents: number[] = [];
  let now = Date.parse('2024-05-01T10:00:00Z');
  const sink = { line: (text: string) => void lines.push(text), percent: (value: number) => void percents.push(value) };
  const report = new Reporter('densify', sink, () => new Date((now += stepMs)));
  return { report, lines, percents };
}

describe('what a step says', () => {
  it('is lines of the contract', () => {
    const { report, lines } = reporter();
    report.started('s');
    report.progress(12.7, 'p');
    report.log('l');
    report.tool('colmap', 't');
    report.takenOver('o');
    report.finished('f');
    report.failed({ schemaVersion: 1, step: 'densify', kind: 'user', code: 'some-code', detail: 'd', advice: [] });
    const parsed = lines.map((line) => progressLineSchema.parse(JSON.parse(line)));
    expect(parsed.map((line) => line.event)).toEqual(['started', 'progress', 'log', 'tool', 'taken-over', 'finished', 'failed']);
    expect(parsed[1]).toMatchObject({ percent: 12, level: 'info', step: 'densify' });
    expect(parsed[6]?.failure?.code).toBe('some-code');
  });

  it('goes upwards only, and not more often than twice a second', () => {
    const slow = reporter(1000);
    for (const percent of [10, 10.4, 9, 11, NaN, -5, 300]) slow.report.progress(percent, '');
    expect(slow.percents).toEqual([10, 11, 100]);
    const fast = reporter(10);
    for (let percent = 0; percent <= 100; percent += 1) fast.report.progress(percent, '');
    expect(fast.percents.length).toBeLessThan(6);
    expect(fast.percents.at(-1)).toBe(100);
  });

  it('is bounded: long messages, floods of a tool, and the log that is kept', () => {
    const { report, lines } = reporter();
    report.log('x'.repeat(100_000));
    expect(lines[0]?.length).toBeLessThan(3000);
    for (let i = 0; i < 10_000; i += 1) report.tool('colmap', `line ${i} ${'y'.repeat(1500)}`);
    expect(lines.length).toBeLessThan(4100);
    expect(report.text().length).toBeLessThan(5 * 1024 * 1024);
    expect(report.text()).toMatch(/^\{"dropped":\d+\}\n/);
    expect(report.text()).toContain('Further output of tools is left out');
  });
});
