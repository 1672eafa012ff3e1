import { add, directionOf, type Pose } from '@stead/web/viewer-core';
import { atMostEvery } from '../rate';
import type { Embedder } from './messages';

const EVERY_MS = 250;

/** Tells the page that shows us where the visitor is, when that changes, at most four times a second. */
export function poseNews(embedder: Embedder, signal: AbortSignal): (pose: Pose) => void {
  let told = '';
  return atMostEvery(EVERY_MS, (pose) => {
    const news = { position: pose.position, target: add(pose.position, directionOf(pose)) };
    const text = JSON.stringify(news);
    if (text === told || signal.aborted || !embedder.present) return;
    told = text;
    embedder.tell({ type: 'stead:view', ...news });
  });
}
