import { PRESETS } from '@stead/contracts/pipeline';
import type { StepRecord } from '@stead/contracts/pipeline';
import { inputsHash } from './inputs-hash';
import type { Step } from './step';

const step: Step = {
  name: 'tile',
  version: 1,
  reads: ['ingest', 'densify'],
  optionsRead: ['tilePointsMax', 'densePx'],
  run: () => Promise.reject(new Error('not run here')),
};
const file = (path: string, sha256: string) => ({ path, key: `key of ${path}`, bytes: 1, sha256, mediaType: 'x/y' });
const record = (name: StepRecord['step'], more: Partial<StepRecord> = {}): StepRecord => ({
  schemaVersion: 1,
  step: name,
  runId: '00000000-0000-8000-8000-000000000001',
  epoch: 1,
  inputsHash: 'h',
  provider: 'p',
  files: [file('a', 'aa'), file('b', 'bb')],
  metrics: { points: 5, rung: 'default' },
  notes: [],
  startedAt: '2024-05-01T10:00:00Z',
  seconds: 3,
  takenOverFrom: null,
  ...more,
});
const options = PRESETS.standard;
const base = inputsHash(step, options, 'capture', [record('ingest'), record('densify')]);

describe('the hash of a step’s inputs', () => {
  it.each<[string, string]>([
    [
      'another order of records and files',
      inputsHash(step, options, 'capture', [record('densify', { files: [file('b', 'bb'), file('a', 'aa')] }), record('ingest')]),
    ],
    [
      'another order of metrics',
      inputsHash(step, options, 'capture', [record('ingest', { metrics: { rung: 'default', points: 5 } }), record('densify')]),
    ],
    [
      'where files lie, who made them, when and how fast',
      inputsHash(step, options, 'capture', [
        record('ingest', {
          epoch: 4,
          seconds: 9,
          takenOverFrom: 2,
          files: [{ ...file('a', 'aa'), key: 'elsewhere' }, file('b', 'bb')],
        }),
        record('densify'),
      ]),
    ],
    [
      'an option that is not read',
      inputsHash(step, { ...options, blurFaces: false }, 'capture', [record('ingest'), record('densify')]),
    ],
    [
      'another order of the options',
      inputsHash({ ...step, optionsRead: ['densePx', 'tilePointsMax'] }, options, 'capture', [
        record('ingest'),
        record('densify'),
      ]),
    ],
  ])('stays the same with %s', (_case, hash) => expect(hash).toBe(base));

  it.each<[string, string]>([
    ['the version of the step', inputsHash({ ...step, version: 2 }, options, 'capture', [record('ingest'), record('densify')])],
    [
      'what the installation configured',
      inputsHash({ ...step, fingerprint: 'm' }, options, 'capture', [record('ingest'), record('densify')]),
    ],
    ['an option that is read', inputsHash(step, { ...options, densePx: 500 }, 'capture', [record('ingest'), record('densify')])],
    ['the capture', inputsHash(step, options, 'other', [record('ingest'), record('densify')])],
    [
      'the content of a file',
      inputsHash(step, options, 'capture', [record('ingest', { files: [file('a', 'cc'), file('b', 'bb')] }), record('densify')]),
    ],
    [
      'a metric that a step may read',
      inputsHash(step, options, 'capture', [record('ingest', { metrics: { points: 6, rung: 'default' } }), record('densify')]),
    ],
    ['an input that is missing', inputsHash(step, options, 'capture', [record('ingest')])],
  ])('differs with %s', (_case, hash) => expect(hash).not.toBe(base));
});
