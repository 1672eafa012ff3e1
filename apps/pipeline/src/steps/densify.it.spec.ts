import type { Vec3 } from '@stead/platform/similarity';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import type { PipelineOptions } from '@stead/contracts/pipeline';
import type { Step } from '../application/step';
import { BareRun, type Ended } from '../testing/bare-run';
import { RenderedScene } from '../testing/rendered-scene';
import { unchanged } from '../testing/unchanged';
import { plyPoints } from '../tiling/ply';
import { Splats } from '../splats/splats';
import { splatPly } from '../testing/splat-files';
import { densify } from './densify';
import { ingest } from './ingest';

const ROOT = resolve(__dirname, '../../../..');
const scene = new RenderedScene();
let folder: string;
const runs: BareRun[] = [];

beforeAll(async () => {
  // The threads of the sweep run compiled code.
  const [built] = await once(spawn(process.execPath, ['tools/build.mjs'], { cwd: ROOT, stdio: 'inherit' }), 'exit');
  expect(built).toBe(0);
  folder = await mkdtemp(join(tmpdir(), 'stead-densify-'));
  await scene.draw(join(folder, 'photos'));
});
afterAll(async () => {
  await Promise.all(runs.map((run) => run.remove()));
  await rm(folder, { recursive: true });
});

async function prepared(options: Partial<PipelineOptions> = {}, anonymize = unchanged): Promise<BareRun> {
  const run = await BareRun.over(join(folder, 'photos'), { densePlanes: 64, densePx: 400, ...options });
  runs.push(run);
  for (const step of [ingest, anonymize, scene.reconstruct()]) expect(await run.run(step)).toMatchObject({ exitCode: 0 });
  return run;
}

async function pointsOf(run: BareRun, ended: Ended): Promise<{ xyz: Vec3; rgb: Vec3 }[]> {
  const points: { xyz: Vec3; rgb: Vec3 }[] = [];
  for await (const { count, xyz, rgb } of plyPoints(run.pathOf(ended.record, 'cloud.ply'))) {
    for (let i = 0; i < count * 3; i += 3) {
      const at = (values: ArrayLike<number> | null): Vec3 => [values?.[i] ?? NaN, values?.[i + 1] ?? NaN, values?.[i + 2] ?? NaN];
      points.push({ xyz: at(xyz), rgb: at(rgb) });
    }
  }
  return points;
}

const plain = densify({ gsplatCommand: null });

describe('dense points by plane sweep', () => {
  let run: BareRun;
  let ended: Ended;
  beforeAll(async () => {
    run = await prepared();
    ended = await run.run(plain);
  });

  it('lie on the true surfaces, seen through a lens that distorts', async () => {
    expect(ended).toMatchObject({ exitCode: 0, record: { provider: 'cpu-planesweep', notes: [] } });
    const points = await pointsOf(run, ended);
    expect(points).toHaveLength(Number(ended.record?.metrics.points));
    expect(points.length).toBeGreaterThan(60_000);
    const off = points.map(({ xyz }) => scene.offSurface(xyz)).sort((a, b) => a - b);
    expect(off[Math.floor(off.length / 2)]).toBeLessThan(0.006);
    expect(off[Math.floor(off.length * 0.9)]).toBeLessThan(0.03);
    expect(off.filter((distance) => distance > 0.1).length / off.length).toBeLessThan(0.01);
  });

  it('reach the wall, the floor and the box', async () => {
    const points = (await pointsOf(run, ended)).map(({ xyz }) => xyz);
    expect(points.filter(([, , z]) => Math.abs(z - 5) < 0.05).length).toBeGreaterThan(10_000);
    expect(points.filter(([, y]) => Math.abs(y - 1.2) < 0.05).length).toBeGreaterThan(5_000);
    expect(points.filter(([x, y, z]) => Math.abs(z - 3.2) < 0.03 && x > -0.6 && x < 0.4 && y > 0.2).length).toBeGreaterThan(
      3_000,
    );
  });

  it('come with figures about how well they fit', () => {
    const { coverage, medianDepthErrorVsSparse } = ended.record?.metrics ?? {};
    expect(Number(coverage)).toBeGreaterThan(0.6);
    expect(Number(coverage)).toBeLessThanOrEqual(1);
    expect(Number(medianDepthErrorVsSparse)).toBeLessThan(0.005);
  });

  it('are the same when they are made again', async () => {
    const again = await (await prepared()).run(plain);
    expect(again.exitCode).toBe(0);
    const sha256 = (one: Ended): string | undefined => one.record?.files[0]?.sha256;
    expect(sha256(again)).toBe(sha256(ended));
  });
});

describe('where dense points cannot be made, the map gets the sparse ones and the reason', () => {
  it.each<[string, Partial<PipelineOptions>, RegExp]>([
    ['not asked for', { dense: 'none' }, /not asked for/],
    ['a COLMAP without CUDA', { dense: 'colmap-cuda' }, /built without CUDA|no NVIDIA GPU|not installed/],
    ['no trainer', { dense: 'gsplat-cuda' }, /STEAD_GSPLAT_COMMAND/],
  ])('%s', async (_case, options, reason) => {
    const run = await prepared(options);
    const ended = await run.run(plain);
    expect(ended.record).toMatchObject({ provider: 'sparse', notes: [expect.stringMatching(reason)] });
    expect(await pointsOf(run, ended)).toHaveLength(Number(ended.record?.metrics.sparsePoints));
    expect(ended.record?.metrics.points).toBe(scene.poses.length * 120);
  });

  it('COLMAP that is not installed', async () => {
    const run = await prepared({ dense: 'colmap-cuda' });
    const ended = await run.withoutTools().run(plain);
    expect(ended.record).toMatchObject({ provider: 'sparse', notes: [expect.stringMatching(/COLMAP is not installed/)] });
  });

  it('walls without any texture', async () => {
    const { width, height } = scene.camera;
    const wall = await sharp({ create: { width, height, channels: 3, background: '#b4b4aa' } })
      .jpeg()
      .toBuffer();
    const whitewashed: Step = {
      ...unchanged,
      async run(context) {
        for (const { path } of context.need('ingest').files) {
          if (path.startsWith('images/')) await context.put(path, wall, 'image/jpeg');
        }
        return { provider: 'none', metrics: {}, notes: [] };
      },
    };
    const ended = await (await prepared({}, whitewashed)).run(plain);
    expect(ended.record).toMatchObject({ provider: 'sparse', notes: [expect.stringMatching(/agreed on only \d+ dense points/)] });
  });
});

describe('a splat trainer of the operator', () => {
  async function trainer(script: string): Promise<string> {
    const path = join(folder, `trainer-${Math.abs(script.length)}.cjs`);
    await writeFile(path, `#!${process.execPath}\n${script}`);
    await chmod(path, 0o755);
    return path;
  }

  it('is called with the pictures and the model, and the centres of its splats become the points', async () => {
    const command = await trainer(`
      const { existsSync, readdirSync, writeFileSync } = require('node:fs');
      const arg = (name) => process.argv[process.argv.indexOf('--' + name) + 1];
      if (readdirSync(arg('images')).length !== 7 || !existsSync(arg('model') + '/points3D.txt')) process.exit(9);
      const rows = Array.from({ length: 2000 }, (_, i) => i / 100 + ' 2 3 1.0 0 -1.0');
      const names = ['x', 'y', 'z', 'f_dc_0', 'f_dc_1', 'f_dc_2'].map((name) => 'property float ' + name).join('\\n');
      writeFileSync(arg('output'), 'ply\\nformat ascii 1.0\\nelement vertex 2000\\n' + names + '\\nend_header\\n' + rows.join('\\n'));
    `);
    const run = await prepared({ dense: 'gsplat-cuda' });
    const ended = await run.run(densify({ gsplatCommand: command }));
    expect(ended.record).toMatchObject({ provider: 'gsplat-cuda', metrics: { points: 2000 } });
    // Spherical harmonics of degree 0: 0.5 + 0.2821 f.
    expect((await pointsOf(run, ended))[1]).toEqual({ xyz: [Math.fround(0.01), 2, 3], rgb: [199, 128, 56] });
    // Without how far they reach they are points.
    expect(ended.record?.files.map(({ path }) => path)).toEqual(['cloud.ply']);
    expect(ended.record?.metrics['splats']).toBe(0);
  });

  it('leaves Gaussians whose shape it gives to be looked at as such, too', async () => {
    const splats = Array.from({ length: 1500 }, (_, i) => ({
      centre: [i / 64, 2, 3] as const,
      ...{ logScales: [-3, -3, -4] as const, rotation: [1, 0, 0, 0] as const, opacity: 1, colour: [1, 0, -1] as const },
      harmonics: new Array<number>(9).fill(0.25),
    }));
    const made = join(folder, 'made.ply');
    await writeFile(made, splatPly(splats, 1));
    const command = await trainer(`
      require('node:fs').copyFileSync('${made}', process.argv[process.argv.indexOf('--output') + 1]);
    `);
    const run = await prepared({ dense: 'gsplat-cuda' });
    const ended = await run.run(densify({ gsplatCommand: command }));
    expect(ended.record).toMatchObject({ provider: 'gsplat-cuda', metrics: { points: 1500, splats: 1500 } });
    const left = await Splats.read(await run.read(ended.record, 'splats.spz'));
    expect([left.count, left.degree, left.centre(1499)]).toEqual([1500, 1, [1499 / 64, 2, 3]]);
  });

  it.each([
    ['fails', 'console.error("out of memory"); process.exit(3);', /ended with 3: .*out of memory/s],
    ['writes nothing', '', /wrote no/],
  ])('that %s makes the step fail, to be tried again', async (_case, script, detail) => {
    const command = await trainer(script);
    const run = await prepared({ dense: 'gsplat-cuda' });
    const ended = await run.run(densify({ gsplatCommand: command }));
    expect(ended).toMatchObject({ exitCode: 30, failure: { code: 'gsplat-failed', detail: expect.stringMatching(detail) } });
  });
});
