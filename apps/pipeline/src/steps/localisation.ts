import {
  ColmapDatabase,
  DESCRIPTOR_BYTES,
  describeImage,
  mostSimilar,
  trainVocabulary,
  writePlaceIndex,
} from '@stead/platform/image-features';
import { contentPath } from '../application/content-path';
import type { Step, StepContext, StepResult } from '../application/step';
import { imagesInOrder } from '../domain/colmap-model';
import { applyTransform } from '../domain/transform';
import { readTransform } from './map-frame';
import { writeReview } from './review';
import { readSparseModel } from './sparse-model';

/** Before its content is in the name. */
export const INDEX = 'localisation.bin';
const NEIGHBOURS = 5;

/**
 * The index by which a photo finds its place, as `writePlaceIndex` lays it out; its vectors are VLADs (Jégou et al., CVPR 2010).
 * And beside it `review.json`, for people to look at before the place is shown: it knows where in the map a detection is.
 */
export const localisation: Step = {
  name: 'localisation',
  version: 3,
  reads: ['ingest', 'frames', 'anonymize', 'reconstruct', 'georeference'],
  optionsRead: [],
  async run(context: StepContext): Promise<StepResult> {
    const model = await readSparseModel(context);
    const transform = await readTransform(context);
    await writeReview(context, model, transform);
    const file = context.need('reconstruct').files.find(({ path }) => path === 'database.db');
    if (file === undefined || transform === null)
      return {
        provider: 'none',
        metrics: { descriptors: 0 },
        notes: ['No index for finding a photo: the features were not kept.'],
      };
    const features = new Map(
      [...new ColmapDatabase(await context.fetch(file)).features()].map((image) => [image.name, Buffer.from(image.descriptors)]),
    );
    const images = imagesInOrder(model).filter((image) => features.has(image.name));
    const vocabulary = trainVocabulary(
      images.map((image) => features.get(image.name) ?? Buffer.alloc(0)),
      images.length,
      DESCRIPTOR_BYTES,
    );
    const vectors = images.map((image) => describeImage(features.get(image.name) ?? Buffer.alloc(0), vocabulary));
    const [descriptors, points, rows] = [[] as Buffer[], [] as number[], [] as { image: string; first: number; count: number }[]];
    for (const image of images) {
      const all = features.get(image.name) ?? Buffer.alloc(0);
      const first = points.length / 3;
      image.points2D.forEach((observation, i) => {
        const point = observation.point3DId === null ? undefined : model.points.get(observation.point3DId);
        if (point === undefined || (i + 1) * DESCRIPTOR_BYTES > all.length) return;
        descriptors.push(all.subarray(i * DESCRIPTOR_BYTES, (i + 1) * DESCRIPTOR_BYTES));
        points.push(...applyTransform(transform, point.xyz));
      });
      rows.push({ image: image.name, first, count: points.length / 3 - first });
    }
    const index = writePlaceIndex({
      ...{ images: rows, vocabulary, vectors },
      points: Float32Array.from(points),
      descriptors: Buffer.concat(descriptors),
    });
    // Right into the bundle: a copy among the work files would outlive what is covered later.
    await context.put(contentPath(INDEX, index), index, 'application/octet-stream', { published: true });
    return {
      provider: 'sift-vlad',
      metrics: {
        descriptors: descriptors.length,
        bytes: index.length,
        retrievalShare: selfCheck(
          images.map(({ name }) => name),
          vectors,
        ),
      },
      notes: [],
    };
  },
};

/** Share of images whose most similar others include a neighbour in capture order: a broken index has next to none. */
function selfCheck(names: readonly string[], vectors: readonly Float32Array[]): number {
  if (names.length < 3) return 0;
  const found = mostSimilar(vectors, NEIGHBOURS).filter((similar, i) => similar.some((other) => Math.abs(other - i) <= 2));
  return found.length / names.length;
}
