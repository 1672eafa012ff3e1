import type { Derived, Element, PublishedMedia, PublishedScene } from '@stead/contracts/studio';
import { studioError } from './errors';
import { volumeSha256 } from './privacy/plan';
import type { Media } from './media';
import { referencesOf } from './references';
import type { Scene } from './scene';
import { mediaOf } from './shown-media';

interface Hung {
  element: Element;
  derived: Derived | null;
}

/**
 * What visitors get of a scene. What is hidden is left out, and with it what would speak of it; tools of whoever edits (a known
 * length, where a plan is pinned, what part of the place is gone) are not theirs.
 */
export function publishedSceneOf(
  { name, start }: Pick<Scene, 'name' | 'start'>,
  hung: readonly Hung[],
  metresPerUnit: number | null,
  library: readonly Media[] = [],
): PublishedScene {
  const seen = new Set(hung.filter(({ element }) => !element.hidden).map(({ element }) => element.id));
  const elements = hung
    .flatMap((one) => shown(one, seen))
    .sort(({ element: a }, { element: b }) => a.order - b.order || (a.id < b.id ? -1 : 1));
  return { schemaVersion: 1, name, start, metresPerUnit, elements, media: publishedMedia(elements, library) };
}

/**
 * A scene that hides a part of the place cannot be shown before that part is gone from the files of its version: leaving the redaction
 * out would show what somebody wanted hidden. `gone`: hashes of the parts that are.
 */
export function requireGone(elements: readonly Element[], gone: ReadonlySet<string>): void {
  const left = elements.filter((element) => element.kind === 'redaction' && !gone.has(volumeSha256(element.region))).length;
  if (left > 0)
    throw studioError['redactions-pending'](
      `It hides ${left} part${left > 1 ? 's' : ''} of the place that can still be seen; apply the privacy review of its version first`,
    );
}

/** Each file once, under a name out of its bytes. What is in the library and not shown is not published. */
function publishedMedia(elements: readonly Hung[], library: readonly Media[]): PublishedMedia[] {
  const wanted = new Set(elements.flatMap(({ element }) => mediaOf(element)).map(({ mediaId }) => mediaId));
  return library.flatMap(({ id, state, mediaType, extension, bytes, sha256, widthPx, heightPx, durationS }) =>
    wanted.has(id) && state === 'ready' && mediaType !== null && extension !== null
      ? [{ id, path: `media/${sha256}.${extension}`, mediaType, bytes, sha256, widthPx, heightPx, durationS }]
      : [],
  );
}

function shown({ element, derived }: Hung, seen: ReadonlySet<string>): Hung[] {
  if (element.hidden || element.kind === 'calibration' || element.kind === 'redaction') return [];
  if (element.kind !== 'tour') return referencesOf(element).every(({ to }) => seen.has(to)) ? [{ element, derived }] : [];
  const stops = element.stops.flatMap((stop) => {
    if (stop.hotspotId === null || seen.has(stop.hotspotId)) return [stop];
    return stop.view === null ? [] : [{ ...stop, hotspotId: null }];
  });
  return stops.length === 0 ? [] : [{ element: { ...element, stops }, derived }];
}
