import { seldom } from './seldom';

it('says the first, then one of many with their number, and nothing more often than allowed', () => {
  const said: [string, number][] = [];
  let now = 0;
  const say = seldom<string>(
    100,
    (what, times) => said.push([what, times]),
    () => now,
  );
  for (now = 0; now < 250; now += 10) say(`at ${now}`);
  expect(said).toEqual([
    ['at 0', 1],
    ['at 100', 10],
    ['at 200', 10],
  ]);
});
