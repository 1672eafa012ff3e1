import type { Step, StepContext, StepResult } from '../application/step';
import { ingestPhotos } from './ingest/photos';
import { ingestPointClouds } from './ingest/point-clouds';
import { ingestVideos } from './ingest/videos';

/** Looks at what was uploaded, refuses what cannot become a map, and brings photos into one shape without their metadata. */
export const ingest: Step = {
  name: 'ingest',
  version: 1,
  reads: [],
  optionsRead: ['imageMaxPx'],
  run(context: StepContext): Promise<StepResult> {
    if (context.capture.kind === 'photos') return ingestPhotos(context);
    if (context.capture.kind === 'video') return ingestVideos(context);
    return ingestPointClouds(context);
  },
};
