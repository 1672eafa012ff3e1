import type { Tx } from '@stead/platform/postgres';
import type { ReplicationStore, TransferRateStore } from './ports';
import type { Stores } from './stores';
import { KnownTransfers } from './transfers';
import type { UnitOfWork } from '../ports';

const MB = 1_000_000;
const HEAD = {
  ...{ id: 'r', captureId: 'c', epoch: 1, pipeline: 'space-map-v1' },
  features: { files: 1, megapixels: null, points: null, bytes: 100 * MB },
};

interface Given {
  inputs?: { captureId?: string; to?: string; state: 'planned' | 'copying' | 'done'; bytesDone: number }[];
  open?: { to: string; bytesTotal: number; bytesDone: number }[];
  steps?: { cluster: string; steps: number }[];
  several?: boolean;
}

/** Clusters `home` and `work` use the primary store, `cloud` and `sky` one of their own each. */
async function transfersOf({ inputs = [], open = [], steps = [], several = true }: Given): Promise<KnownTransfers> {
  const work = { read: <T>(read: (tx: Tx) => Promise<T>): Promise<T> => read({} as Tx) } as UnitOfWork; // no store below looks at it
  const replications = {
    inputsOf: () => Promise.resolve(inputs.map((one) => ({ captureId: 'c', to: 'cloud', bytesTotal: 0, ...one }))),
    openOfRuns: () => Promise.resolve(open.map((one) => ({ runId: 'r', from: 'cloud', ...one }))),
    finishedSteps: () => Promise.resolve(steps.map((one) => ({ runId: 'r', ...one }))),
  } as unknown as ReplicationStore; // the part of it that is read here
  const rates = { list: () => Promise.resolve([]) } as unknown as TransferRateStore; // likewise
  const stores = {
    several,
    primary: { name: 'primary' },
    nameOf: (cluster: string) => (cluster === 'cloud' || cluster === 'sky' ? cluster : 'primary'),
    priorMbps: () => 800,
  } as unknown as Stores; // likewise
  const transfers = new KnownTransfers(work, replications, rates, stores, { now: () => new Date(0), monotonicMs: () => 0 });
  await transfers.load([HEAD]);
  return transfers;
}

const cases: [string, Given, string, number][] = [
  ['one store serves every cluster', { several: false }, 'cloud', 0],
  ['the cluster uses the primary store', {}, 'home', 0],
  ['nothing was copied yet', {}, 'cloud', 100 * MB],
  ['another run has brought the capture', { inputs: [{ state: 'done', bytesDone: 100 * MB }] }, 'cloud', 0],
  ['it was brought to another store', { inputs: [{ state: 'done', bytesDone: 100 * MB, to: 'sky' }] }, 'cloud', 100 * MB],
  ['another capture was brought', { inputs: [{ state: 'done', bytesDone: 9, captureId: 'other' }] }, 'cloud', 100 * MB],
  ['a part of it is there', { inputs: [{ state: 'copying', bytesDone: 30 * MB }] }, 'cloud', 70 * MB],
  ['an attempt has finished steps at home', { steps: [{ cluster: 'home', steps: 2 }] }, 'cloud', 200 * MB],
  ['an attempt has finished steps at home', { steps: [{ cluster: 'home', steps: 2 }] }, 'work', 0],
  ['as many steps were finished here', { steps: ['home', 'cloud'].map((cluster) => ({ cluster, steps: 2 })) }, 'cloud', 100 * MB],
  [
    'what an attempt made in a cloud is still coming back',
    { steps: [{ cluster: 'cloud', steps: 2 }], open: [{ to: 'primary', bytesTotal: 50 * MB, bytesDone: 20 * MB }] },
    'home',
    30 * MB,
  ],
  ['what an attempt made in a cloud has come back', { steps: [{ cluster: 'cloud', steps: 2 }] }, 'home', 0],
];

it.each(cases)('when %s (%o), bytes missing at %s: %i', async (_name, given, cluster, want) => {
  const transfers = await transfersOf(given);
  expect(transfers.bytesMissing(HEAD, cluster)).toBe(want);
  expect(transfers.transferMs(HEAD, cluster)).toBe(want === 0 ? 0 : Math.round(1_000 + want / 100_000)); // 800 Mbit/s
});
