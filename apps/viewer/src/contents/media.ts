import type { PublishedMedia } from '@stead/contracts/studio';
import { fill } from '../words';
import { h } from './dom';
import type { Room } from './room';
import { said, type Localised } from './said';

interface Shown {
  readonly mediaId: string;
  readonly alt: Localised | null;
  readonly caption: Localised | null;
}

/** A picture, a video or a sound with what is said about it; null for a file that the scene does not have. */
export function figure(shown: Shown, room: Room): HTMLElement | null {
  const file = room.catalogue.media(shown.mediaId);
  if (file === null) return null;
  const alt = said(shown.alt, room.language);
  const caption = said(shown.caption, room.language);
  const made = mediumOf(file, alt?.text ?? caption?.text ?? '', room);
  if (made === null) return null;
  if (alt !== null) made.lang = alt.language;
  const under = caption === null ? null : h('figcaption', { lang: caption.language }, caption.text);
  return h('figure', {}, made, under);
}

export function mediumOf(file: PublishedMedia, alt: string, room: Room): HTMLElement | null {
  const [kind] = file.mediaType.split('/');
  const size = { width: file.widthPx, height: file.heightPx };
  const { words } = room;
  if (kind === 'image')
    return fresh(h('img', { alt, ...size, loading: 'lazy', decoding: 'async' }), file, alt || words.photo, room);
  const common = { controls: true, preload: 'metadata' };
  if (kind === 'video') {
    const video = h('video', { ...common, ...size, playsinline: true, 'aria-label': alt || words.video });
    return fresh(video, file, alt || words.video, room);
  }
  if (kind === 'audio') return fresh(h('audio', { ...common, 'aria-label': alt || words.sound }), file, alt || words.sound, room);
  return null;
}

/** Addresses end: what is refused is asked for once more below a new prefix, and a film goes on from where it was. */
export function fresh<T extends HTMLImageElement | HTMLMediaElement>(
  medium: T,
  file: Pick<PublishedMedia, 'path'>,
  name: string,
  room: Room,
): T {
  const { files, signal } = room;
  let refused = false;
  const load = (): void => {
    const at = medium instanceof HTMLMediaElement ? medium.currentTime : 0;
    medium.src = files.at(file.path);
    if (at > 0 && medium instanceof HTMLMediaElement) {
      medium.addEventListener('loadedmetadata', () => (medium.currentTime = at), { once: true });
    }
  };
  const playing = medium instanceof HTMLMediaElement ? 'playing' : 'load';
  medium.addEventListener(playing, () => (refused = false), { signal });
  medium.addEventListener(
    'error',
    () => {
      if (refused) return giveUp(medium, name, room);
      refused = true;
      void files.renew().then((more) => (more && !signal.aborted ? load() : giveUp(medium, name, room)));
    },
    { signal },
  );
  const stop = files.onRenewed(() => {
    if (!medium.isConnected) return stop(); // its panel was closed
    const isWaiting = medium instanceof HTMLImageElement ? medium.naturalWidth === 0 : medium.paused;
    if (isWaiting) load();
  });
  signal.addEventListener('abort', stop, { once: true });
  load();
  return medium;
}

function giveUp(medium: HTMLElement, name: string, { words, signal }: Room): void {
  if (signal.aborted || !medium.isConnected) return;
  medium.replaceWith(h('p', { class: 'quiet' }, fill(words.mediaFailed, { what: name })));
}
