import type { Element, MediaKind } from '@stead/contracts/studio';
import { studioError } from './errors';
import type { Media } from './media';

export interface MediaUse {
  mediaId: string;
  /** What can be shown there. */
  kinds: readonly MediaKind[];
  /** Within the element. */
  pointer: string;
}

const SEEN_OR_HEARD: readonly MediaKind[] = ['image', 'video', 'audio'];

/** Files of the library that an element names, and as what. */
export function mediaOf(element: Element): MediaUse[] {
  const use = (mediaId: string | null, kinds: readonly MediaKind[], pointer: string): MediaUse[] =>
    mediaId === null ? [] : [{ mediaId, kinds, pointer }];
  switch (element.kind) {
    case 'hotspot':
      return element.media.flatMap(({ mediaId }, at) => use(mediaId, SEEN_OR_HEARD, `/media/${at}/mediaId`));
    case 'tour':
      return element.stops.flatMap(({ audioMediaId }, at) => use(audioMediaId, ['audio'], `/stops/${at}/audioMediaId`));
    case 'plan-alignment':
      return use(element.mediaId, ['image'], '/mediaId');
    case 'ar-anchor':
      return [
        ...use(element.glbMediaId, ['glb'], '/glbMediaId'),
        ...use(element.usdzMediaId, ['usdz'], '/usdzMediaId'),
        ...use(element.fallbackMediaId, ['image', 'video'], '/fallbackMediaId'),
      ];
    default:
      return [];
  }
}

/** Throws where an element names what is not in the library, not ready, or nothing that can be shown there. */
export function requireUsable(elements: readonly Element[], library: ReadonlyMap<string, Pick<Media, 'state' | 'kind'>>): void {
  for (const element of elements) {
    for (const { mediaId, kinds, pointer } of mediaOf(element)) {
      const media = library.get(mediaId);
      if (media?.state === 'ready' && media.kind !== null && kinds.includes(media.kind)) continue;
      const what =
        media === undefined
          ? 'is not in the library'
          : media.state === 'ready'
            ? `is of kind ${media.kind ?? ''}`
            : `is ${media.state}`;
      throw studioError['media-unusable'](
        `${pointer} of ${element.id} names ${mediaId}, which ${what}; name one that is ready, of kind ${kinds.join(' or ')}`,
      );
    }
  }
}
