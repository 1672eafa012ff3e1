import { coverageAdvice, notEnough } from './advice';
import type { Coverage } from './advice';

function coverage(connected: string, features = 2000): Coverage {
  const marks = [...connected];
  return {
    names: marks.map((_, i) => `p${i + 1}.jpg`),
    connected: marks.map((mark) => mark === '+'),
    features: marks.map(() => features),
  };
}

describe('advice', () => {
  it.each<[string, string, string[]]>([
    ['nothing for a capture that holds together', '+++++', []],
    [
      'a gap by both of its neighbours',
      '++-++',
      ['p3.jpg does not connect to the others: take more photos between p2.jpg and p4.jpg'],
    ],
    [
      'a longer gap by its ends',
      '+---+',
      ['p2.jpg to p4.jpg (3 photos) do not connect to the others: take more photos between p1.jpg and p5.jpg'],
    ],
    [
      'a start that is cut off',
      '--+++',
      ['p1.jpg to p2.jpg (2 photos) do not connect to the others: take more photos near p3.jpg'],
    ],
    ['an end that is cut off', '+++-', ['p4.jpg does not connect to the others: take more photos near p3.jpg']],
    ['two gaps', '+-+-+', ['p2.jpg does not connect', 'p4.jpg does not connect']],
  ])('names %s', (_case, connected, want) => {
    const advice = coverageAdvice(coverage(connected));
    expect(advice).toHaveLength(want.length);
    advice.forEach((sentence, i) => expect(sentence).toContain(want[i]));
  });

  it('names photos with little texture, and not all of a hundred', () => {
    const advice = coverageAdvice({
      ...coverage('+'.repeat(100)),
      features: Array.from({ length: 100 }, (_, i) => (i < 20 ? 50 : 900)),
    });
    expect(advice).toHaveLength(1);
    expect(advice[0]).toMatch(/Little texture is visible in p1\.jpg, .*p8\.jpg and 12 more/);
  });

  it('is bounded for a capture in which every other photo is lost', () => {
    expect(coverageAdvice(coverage('+-'.repeat(200))).length).toBeLessThanOrEqual(8);
  });

  it('comes with the attempts when there are too few for a map, also when none connects', () => {
    const error = notEnough(coverage('-----'), 0, ['With the default settings: no good initial image pair']);
    expect(error).toMatchObject({ kind: 'user', code: 'too-few-registered' });
    expect(error.message).toMatch(/Only 0 of 5 photos .*no good initial image pair/);
    expect(error.advice.join('\n')).toMatch(/p1\.jpg to p5\.jpg \(5 photos\)[\s\S]*Walk sideways/);
  });
});
