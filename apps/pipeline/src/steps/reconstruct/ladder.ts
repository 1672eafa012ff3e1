import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { StepContext } from '../../application/step';
import type { Photo } from '../../domain/photos';
import type { Colmap, ColmapOptions } from './colmap';
import { extractFeatures } from './features';
import type { Detail, Workplace } from './features';
import { DEFAULT_MAPPER, mapImages, RELAXED_MAPPER } from './mapping';
import type { Mapped } from './mapping';
import { matchImages } from './matching';

export const REGISTERED_MIN = 3;
/** Below this share the step fails … */
export const SHARE_MIN = 0.5;
/** … and from this share on no further try is made. */
const SHARE_GOOD = 0.8;
/** Above this, COLMAP's threads wait for each other. */
const THREADS_MAX = 8;

/**
 * A relaxed first pair is a guess, and COLMAP's random numbers decide which one it takes: over the walk along a street, 7 of
 * 18 seeds place at least 24 of 29 photos and the others 3 to 8, each in about a second.
 */
const TRIES_RELAXED = 8;
/**
 * What places no more than this share began at the wrong pair. Above it, the photos hang together in parts, as those of two rooms
 * do: another seed would say the same, and take as long as a large capture takes.
 */
const SHARE_STUB = 1 / 3;

interface Rung {
  name: string;
  words: string;
  detail: Detail;
  mapper: ColmapOptions;
  /** How many seeds are tried until one leads anywhere. */
  triesMax: number;
}
const LADDER: readonly Rung[] = [
  { name: 'default', words: 'the default settings', detail: 'quick', mapper: DEFAULT_MAPPER, triesMax: 1 },
  { name: 'relaxed', words: 'a relaxed initial pair', detail: 'quick', mapper: RELAXED_MAPPER, triesMax: TRIES_RELAXED },
  { name: 'fine', words: 'finer features', detail: 'fine', mapper: DEFAULT_MAPPER, triesMax: 1 },
  {
    name: 'fine-relaxed',
    words: 'finer features and a relaxed initial pair',
    detail: 'fine',
    mapper: RELAXED_MAPPER,
    triesMax: TRIES_RELAXED,
  },
];

/** Features and matches at one level of detail. */
interface Matched {
  place: Workplace;
  pairs: number;
}
export interface Best extends Matched {
  mapped: Mapped;
  rung: string;
}

/**
 * When the usual settings bring too few photos together, the next rung of the ladder is tried; the best result is kept.
 * `attempts` says what came of each, in words for the owner.
 */
export async function climb(
  context: StepContext,
  colmap: Colmap,
  photos: readonly Photo[],
  images: string,
): Promise<{ best: Best | null; attempts: string[]; last: Matched }> {
  let best: Best | null = null;
  const attempts: string[] = [];
  let matched = await matchAt(context, colmap, photos, images, 'quick');
  for (const rung of LADDER) {
    if (matched.place.detail !== rung.detail) matched = await matchAt(context, colmap, photos, images, rung.detail);
    const { found: mapped, tries } = await tryRung(context, colmap, matched.place, rung, photos.length);
    const outcome = typeof mapped === 'string' ? mapped : `${mapped.registered} of ${photos.length} photos registered`;
    attempts.push(`With ${rung.words}: ${outcome}${tries === 1 ? '' : ` (best of ${tries} tries)`}`);
    context.log(attempts.at(-1) ?? '');
    if (typeof mapped === 'string') continue;
    if (best === null || mapped.registered > best.mapped.registered) best = { ...matched, mapped, rung: rung.name };
    if (mapped.registered >= SHARE_GOOD * photos.length && mapped.registered >= REGISTERED_MIN) break;
  }
  return { best, attempts, last: matched };
}

/** The best model of a rung, or why there is none. No further seed is tried once more than a third of the photos are placed. */
async function tryRung(
  context: StepContext,
  colmap: Colmap,
  place: Workplace,
  rung: Rung,
  count: number,
): Promise<{ found: Mapped | string; tries: number }> {
  let best: Mapped | string = '';
  let tries = 0;
  for (let isEnough = false; !isEnough && tries < rung.triesMax; tries += 1) {
    const mapper = { ...rung.mapper, random_seed: tries };
    const found = await mapImages(context, colmap, place, mapper, `${rung.name}-${tries}`, (registered) =>
      context.progress(70 + (27 * registered) / count, `${registered} of ${count} photos placed`),
    );
    if (placedBy(found) >= placedBy(best)) best = found;
    isEnough = placedBy(best) > SHARE_STUB * count;
  }
  return { found: best, tries };
}

function placedBy(found: Mapped | string): number {
  return typeof found === 'string' ? 0 : found.registered;
}

async function matchAt(
  context: StepContext,
  colmap: Colmap,
  photos: readonly Photo[],
  images: string,
  detail: Detail,
): Promise<Matched> {
  const threads = Math.min(THREADS_MAX, availableParallelism());
  const place = { images, database: join(context.folder, `database-${detail}.db`), threads, detail };
  await extractFeatures(context, colmap, place, photos, (share) => context.progress(20 * share, `Finding features (${detail})`));
  const pairs = await matchImages(context, colmap, place, photos, (share) =>
    context.progress(20 + 50 * share, `Comparing ${photos.length} photos`),
  );
  return { place, pairs };
}
