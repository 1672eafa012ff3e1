import type { StepName } from '@stead/contracts/pipeline';
import type { Step } from '../application/step';

/** What an installation tells the steps beyond the options of a run. */
export interface StepSettings {
  /** A YuNet face model of the operator's own, checked against its sha256 before it is used; null for the one that ships. */
  faceModel: { path: string; sha256: string } | null;
  /** The program that trains Gaussian splats (`dense/providers/gsplat-cuda.ts` says how it is called); null without one. */
  gsplatCommand: string | null;
}

/**
 * Loaded when asked for: one process does one step, and the detectors alone take a second to load. `require` rather than
 * `import()`, which in CommonJS output is resolved by other rules than everything else; the casts say what TypeScript knows
 * about each module.
 */
/* eslint-disable @typescript-eslint/no-require-imports -- the reason stands above */
const REGISTRY: Record<StepName, (settings: StepSettings) => Step> = {
  ingest: () => (require('./ingest') as typeof import('./ingest')).ingest,
  frames: () => (require('./frames') as typeof import('./frames')).frames,
  anonymize: (settings) => (require('./anonymize') as typeof import('./anonymize')).anonymize(settings),
  reconstruct: () => (require('./reconstruct') as typeof import('./reconstruct')).reconstruct,
  densify: (settings) => (require('./densify') as typeof import('./densify')).densify(settings),
  georeference: () => (require('./georeference') as typeof import('./georeference')).georeference,
  tile: () => (require('./tile') as typeof import('./tile')).tile,
  plan: () => (require('./plan') as typeof import('./plan')).plan,
  localisation: () => (require('./localisation') as typeof import('./localisation')).localisation,
  bundle: () => (require('./bundle') as typeof import('./bundle')).bundle,
  redact: () => (require('./redact') as typeof import('./redact')).redact,
};

/* eslint-enable @typescript-eslint/no-require-imports */

export function loadStep(name: StepName, settings: StepSettings): Step {
  return REGISTRY[name](settings);
}
