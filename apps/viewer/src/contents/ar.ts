import type { ArItem } from '@stead/web/viewer-core';
import type { Room } from './room';
import { titleOf } from './entries';

/** Whether the browser can show things in the room where the visitor is. */
export async function arIsThere(): Promise<boolean> {
  return (await navigator.xr?.isSessionSupported('immersive-ar').catch(() => false)) ?? false;
}

/** Shows AR anchors and hotspots around the visitor, as large as they are. It has to be called from a press of a button. */
export async function showInRoom(room: Room): Promise<void> {
  const session = await navigator.xr?.requestSession('immersive-ar', { requiredFeatures: ['local-floor'] });
  if (session === undefined) return;
  const { enterAr } = await import('./ar-engine');
  const { surroundings, eye, startHeight } = room;
  await enterAr({
    session,
    items: itemsOf(room),
    from: eye,
    metresPerUnit: surroundings.metresPerUnit ?? 1,
    eyeHeight: startHeight - surroundings.bounds.min[2],
    onEnd: () => room.page.canvas.focus({ preventScroll: true }),
  });
}

function itemsOf({ catalogue, files, language, words }: Room): ArItem[] {
  const anchors = catalogue.all('ar-anchor').map((anchor): ArItem => {
    const glb = catalogue.media(anchor.glbMediaId);
    const { position, rotation, scale } = anchor;
    const title = titleOf(anchor, language, words);
    return { title, colour: '#7c3aed', position, rotation, scale, modelUrl: glb === null ? null : files.at(glb.path) };
  });
  const hotspots = catalogue.all('hotspot').map((hotspot): ArItem => {
    const title = titleOf(hotspot, language, words);
    return { title, colour: hotspot.colour, position: hotspot.anchor, rotation: [0, 0, 0, 1], scale: 1, modelUrl: null };
  });
  return [...anchors, ...hotspots];
}
