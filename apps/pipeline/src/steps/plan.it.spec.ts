import type { Vec3 } from '@stead/platform/similarity';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { cameraCentre, parseModel } from '../domain/colmap-model';
import { applyTransform, type Transform } from '../domain/transform';
import { BareRun, type Ended } from '../testing/bare-run';
import { binaryPly, roomPoints } from '../testing/cloud-files';
import { RenderedScene } from '../testing/rendered-scene';
import { standIn } from '../testing/stand-in';
import { unchanged } from '../testing/unchanged';
import { ingest } from './ingest';
import { plan } from './plan';
import { tile } from './tile';

const planSchema = z.object({
  image: z.literal('plan.png'),
  width: z.number().int(),
  height: z.number().int(),
  units: z.enum(['metre', 'arbitrary']),
  originX: z.number(),
  originY: z.number(),
  unitsPerPx: z.number().positive(),
});

/** A drawn plan, asked by places of the map instead of pixels. */
class Drawn {
  private constructor(
    readonly place: z.infer<typeof planSchema>,
    private readonly rgb: Buffer,
  ) {}

  static async of(run: BareRun, { exitCode, record }: Ended): Promise<Drawn> {
    expect(exitCode).toBe(0);
    const place = planSchema.parse(JSON.parse((await run.read(record, 'plan.json')).toString()));
    const png = sharp(await run.read(record, 'plan.png'));
    expect(await png.metadata()).toMatchObject({ format: 'png', width: place.width, height: place.height });
    expect(record?.metrics).toMatchObject({ width: place.width, height: place.height });
    return new Drawn(place, await png.removeAlpha().raw().toBuffer());
  }

  colourAt(x: number, y: number): Vec3 {
    const { originX, originY, unitsPerPx, width, height } = this.place;
    const [px, py] = [Math.floor((x - originX) / unitsPerPx), Math.floor((originY - y) / unitsPerPx)];
    expect([px >= 0, py >= 0, px < width, py < height]).toEqual([true, true, true, true]);
    const at = (py * width + px) * 3;
    return [this.rgb[at] ?? NaN, this.rgb[at + 1] ?? NaN, this.rgb[at + 2] ?? NaN];
  }

  /** Mean brightness along a line of the map, 0 to 255. */
  brightness(from: readonly [number, number], to: readonly [number, number]): number {
    const values = Array.from({ length: 200 }, (_, i) => {
      const t = i / 199;
      const [r, g, b] = this.colourAt(from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t);
      return (r + g + b) / 3;
    });
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }
}

let folder: string;
const runs: BareRun[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stead-plan-'));
});
afterAll(async () => {
  await Promise.all(runs.map((run) => run.remove()));
  await rm(folder, { recursive: true });
});

async function over(path: string): Promise<BareRun> {
  const run = await BareRun.over(path);
  runs.push(run);
  return run;
}

describe('the plan of a scanned room', () => {
  let run: BareRun;
  let drawn: Drawn;
  beforeAll(async () => {
    await writeFile(join(folder, 'room.ply'), binaryPly(roomPoints(400_000)));
    run = await over(join(folder, 'room.ply'));
    for (const step of [ingest, tile]) expect(await run.run(step)).toMatchObject({ exitCode: 0 });
    drawn = await Drawn.of(run, await run.run(plan));
  });

  it('shows walls dark, the floor light and nothing outside', () => {
    const walls = [
      drawn.brightness([0.1, 0.003], [3.9, 0.003]),
      drawn.brightness([0.1, 2.997], [3.9, 2.997]),
      drawn.brightness([0.003, 0.1], [0.003, 2.9]),
      drawn.brightness([3.997, 0.1], [3.997, 2.9]),
    ];
    const floor = drawn.brightness([0.3, 0.3], [3.7, 2.7]);
    for (const wall of walls) expect(wall).toBeLessThan(floor - 60);
    expect(drawn.colourAt(-0.06, 1.5)).toEqual([250, 249, 245]);
    expect(floor).toBeGreaterThan(200);
  });

  it('is to scale, in the units of the map', () => {
    const { width, height, unitsPerPx, units } = drawn.place;
    expect(units).toBe('metre');
    expect(Math.max(width, height)).toBe(1200);
    expect(width * unitsPerPx).toBeCloseTo(4 * 1.06, 1);
    expect(height * unitsPerPx).toBeCloseTo(3 + 0.24, 1);
  });

  it('is made once: the next epoch takes it over', async () => {
    const params = { epoch: 2, reuseEpochs: [1] };
    for (const step of [ingest, tile]) await run.run(step, params);
    expect(await run.run(plan, params)).toMatchObject({ exitCode: 0, record: { takenOverFrom: 1 } });
  });
});

it('the plan of a photo capture marks where each picture was taken', async () => {
  const scene = new RenderedScene({ views: 3 });
  await scene.draw(join(folder, 'photos'));
  const run = await over(join(folder, 'photos'));
  // y down and z ahead become x east, y north and z up, twice as large.
  const transform: Transform = {
    scale: 2,
    rotation: [1, 0, 0, 0, 0, 1, 0, -1, 0],
    translation: [0, -3, 0],
    units: 'arbitrary',
    georeference: null,
  };
  const before = [
    ingest,
    unchanged,
    scene.reconstruct(),
    standIn('densify', { files: { 'cloud.ply': binaryPly(roomPoints(5000)) } }),
    standIn('georeference', { files: { 'transform.json': Buffer.from(JSON.stringify(transform)) } }),
    tile,
  ];
  for (const step of before) expect(await run.run(step)).toMatchObject({ exitCode: 0 });
  const drawn = await Drawn.of(run, await run.run(plan));
  expect(drawn.place.units).toBe('arbitrary');
  const inside = [...parseModel(scene.modelText()).images.values()]
    .map((image) => applyTransform(transform, cameraCentre(image)))
    .filter(([x]) => x >= 0);
  expect(inside.length).toBeGreaterThan(0);
  for (const [x, y] of inside) expect(drawn.colourAt(x, y)).toEqual([31, 111, 92]);
});
