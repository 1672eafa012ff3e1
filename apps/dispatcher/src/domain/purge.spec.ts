import type { PurgedPart } from '@stead/contracts/dispatcher';
import { STEPS, keys } from '@stead/contracts/pipeline';
import { prefixesOf } from './purge';

const WS = 'w';
const RUN = 'r';
const steps = STEPS.map((step) => keys.stepFile(WS, RUN, 2, step, 'file'));
const objects = [
  ...steps,
  keys.bundleManifest(WS, RUN, 1),
  keys.bundleManifest(WS, RUN, 2),
  keys.stepRecord(WS, RUN, 2, 'tile'),
  keys.stepLog(WS, RUN, 2, 'tile'),
  keys.redactionPlan(WS, RUN),
  keys.bundleManifest(WS, 'another', 1),
];
const file = (step: string): string => keys.stepFile(WS, RUN, 2, step, 'file');

describe('the parts of a run that are purged', () => {
  it.each<[string, readonly PurgedPart[], readonly string[]]>([
    ['nothing', [], []],
    ['the work', ['work'], steps],
    [
      'what is published',
      ['published'],
      [keys.bundleManifest(WS, RUN, 1), keys.bundleManifest(WS, RUN, 2), file('tile'), file('plan'), file('bundle')],
    ],
    ['both', ['published', 'work'], [...steps, keys.bundleManifest(WS, RUN, 1), keys.bundleManifest(WS, RUN, 2)]],
  ])('are, of %s, exactly these objects of every attempt', (_name, parts, gone) => {
    const prefixes = prefixesOf({ workspaceId: WS, id: RUN, epoch: 2, parts });
    expect(prefixes.every((prefix) => prefix.endsWith('/'))).toBe(true);
    const hit = objects.filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
    expect(hit.sort()).toEqual([...gone].sort());
  });

  it('are none of a run that never had a place', () => {
    expect(prefixesOf({ workspaceId: WS, id: RUN, epoch: 0, parts: ['published', 'work'] })).toEqual([]);
  });
});
