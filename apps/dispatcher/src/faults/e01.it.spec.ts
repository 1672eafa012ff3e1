import { e1 } from './e01-drop';
import { broken } from './experiment';

it(`${e1.id}: ${e1.title}`, async () => {
  const finding = await e1.run('small', () => undefined);
  console.log(JSON.stringify(finding, null, 1));
  expect(broken(finding)).toEqual([]);
}, 120_000);
