import fc from 'fast-check';
import { ControllerSigns } from './controller-signs';

const N = 60_000;

describe('a workflow controller', () => {
  it('is silent when a workflow has been there for long, is without a phase when it is read, and no other got one', () => {
    const signs = new ControllerSigns(N);
    signs.saw('sm-1-e1', false, 0);
    expect(signs.doubt(N - 1)).toBeNull();
    expect(signs.doubt(N)).toBe('sm-1-e1');
    expect(signs.silentOn(N)).toBeNull(); // the watch may be the one that is silent
    signs.confirm('sm-1-e1');
    expect(signs.silentOn(N)).toBe('sm-1-e1');
  });

  it('is not silent while it looks at others: then it has much to do', () => {
    const signs = new ControllerSigns(N);
    signs.saw('sm-1-e1', false, 0);
    signs.saw('sm-2-e1', false, 1_000);
    signs.saw('sm-2-e1', true, 30_000);
    expect(signs.doubt(80_000)).toBeNull();
    expect(signs.doubt(90_000)).toBe('sm-1-e1');
  });

  it('is back with the first phase that appears', () => {
    const signs = new ControllerSigns(N);
    signs.saw('sm-1-e1', false, 0);
    signs.saw('sm-2-e1', false, 0);
    signs.confirm('sm-1-e1');
    expect(signs.silentOn(N)).toBe('sm-1-e1');
    signs.saw('sm-2-e1', true, N + 1);
    expect(signs.silentOn(N + 1)).toBeNull();
  });

  it.each<[string, (signs: ControllerSigns) => void]>([
    ['was deleted', (signs) => signs.gone('sm-1-e1')],
    ['is missing from a list', (signs) => signs.listed([], N)],
  ])('is not silent for a workflow that %s', (_name, forget) => {
    const signs = new ControllerSigns(N);
    signs.saw('sm-1-e1', false, 0);
    signs.confirm('sm-1-e1');
    forget(signs);
    expect(signs.silentOn(10 * N)).toBeNull();
  });

  it('is not silent for time in which nobody listened', () => {
    const signs = new ControllerSigns(N);
    signs.saw('sm-1-e1', false, 0);
    signs.skip(10 * N);
    expect(signs.doubt(10 * N + N - 1)).toBeNull();
    expect(signs.doubt(11 * N)).toBe('sm-1-e1');
  });

  it('is never called silent while every workflow got its phase in time, in whatever order they come and go', () => {
    const workflow = fc.record({ fromMs: fc.nat(600_000), afterMs: fc.nat(N - 1), leavesMs: fc.option(fc.nat(100_000)) });
    fc.assert(
      fc.property(fc.array(workflow, { maxLength: 30 }), (workflows) => {
        const signs = new ControllerSigns(N);
        const news = workflows.flatMap(({ fromMs, afterMs, leavesMs }, index) => [
          { atMs: fromMs, tell: () => signs.saw(`w${index}`, false, fromMs) },
          { atMs: fromMs + afterMs, tell: () => signs.saw(`w${index}`, true, fromMs + afterMs) },
          ...(leavesMs === null ? [] : [{ atMs: fromMs + afterMs + leavesMs, tell: () => signs.gone(`w${index}`) }]),
        ]);
        for (const { atMs, tell } of news.sort((a, b) => a.atMs - b.atMs)) {
          expect(signs.doubt(atMs - 1)).toBeNull();
          tell();
          for (let index = 0; index < workflows.length; index += 1) signs.confirm(`w${index}`);
          expect(signs.silentOn(atMs)).toBeNull();
        }
      }),
    );
  });
});
