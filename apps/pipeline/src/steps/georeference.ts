import type { Vec3 } from '@stead/platform/similarity';
import type { Step, StepContext, StepResult } from '../application/step';
import { readPhotos } from '../application/read-photos';
import { cameraCentre, type Model } from '../domain/colmap-model';
import { applyTransform, type Transform } from '../domain/transform';
import { alignToGps } from '../spatial/align-gps';
import { toEnu } from '../spatial/geodesy';
import { uprightRotation } from '../spatial/upright';
import { readSparseModel } from './sparse-model';

const FLOOR_SHARE = 0.02;

/** Puts the map upright, and into metres on the earth where the photos say where they were taken. */
export const georeference: Step = {
  name: 'georeference',
  version: 1,
  reads: ['ingest', 'frames', 'reconstruct'],
  optionsRead: [],
  async run(context: StepContext): Promise<StepResult> {
    const model = await readSparseModel(context);
    const located = await byGps(context, model);
    const transform = located ?? upright(model);
    await context.put('transform.json', Buffer.from(JSON.stringify(transform)), 'application/json');
    const notes =
      located === null
        ? ['The scale is not known, as the photos carry no usable positions: distances are in units of the model.']
        : [];
    return {
      provider: located === null ? 'upright' : 'gps',
      metrics: { units: transform.units, residualM: transform.georeference?.residualM ?? null },
      notes,
    };
  },
};

async function byGps(context: StepContext, model: Model): Promise<Transform | null> {
  const photos = new Map((await readPhotos(context)).map((photo) => [photo.image, photo]));
  const posed = [...model.images.values()].flatMap((image) => {
    const gps = photos.get(image.name)?.gps;
    return gps ? [{ centre: cameraCentre(image), place: { ...gps, altitudeM: gps.altitudeM ?? 0 } }] : [];
  });
  const origin = posed[0]?.place;
  if (origin === undefined) return null;
  const aligned = alignToGps(
    posed.map(({ centre }) => centre),
    posed.map(({ place }) => toEnu(origin, place)),
  );
  if (aligned === null) return null;
  const { scale, rotation, translation } = aligned.transform;
  const georeference = {
    originLatitude: origin.latitude,
    originLongitude: origin.longitude,
    originHeightM: origin.altitudeM,
    residualM: aligned.residualM,
  };
  return { scale, rotation: [...rotation], translation, units: 'metre', georeference };
}

function upright(model: Model): Transform {
  const turned: Transform = {
    scale: 1,
    rotation: [...uprightRotation(model)],
    translation: [0, 0, 0],
    units: 'arbitrary',
    georeference: null,
  };
  const points = [...model.points.values()].map((point) => applyTransform(turned, point.xyz));
  const heights = points.map((point) => point[2]).sort((a, b) => a - b);
  const floor = heights[Math.floor(heights.length * FLOOR_SHARE)] ?? 0;
  const middle = (axis: 0 | 1): number => {
    const values = points.map((point: Vec3) => point[axis]).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? 0;
  };
  return { ...turned, translation: [-middle(0), -middle(1), -floor] };
}
