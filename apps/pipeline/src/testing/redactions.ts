import { createHash } from 'node:crypto';
import {
  bundleManifestSchema,
  camerasSchema,
  keys,
  type BundleManifest,
  type PlacedPhoto,
  type RedactionPlan,
} from '@stead/contracts/pipeline';
import { idFrom } from '../application/local-capture';
import { redact } from '../steps/redact';
import { pointsOfGlb, type Sample } from '../steps/tiled-points';
import type { BareRun, Ended } from './bare-run';

const BYTES_MAX = 100_000_000;

/** A bundle that lies in the store. */
export interface Made {
  runId: string;
  prefix: string;
  manifest: BundleManifest;
  manifestSha256: string;
}

export type Asked = Partial<Pick<RedactionPlan, 'originals' | 'pictures' | 'volumes' | 'gone' | 'base'>>;

export async function madeBy(run: BareRun, runId = run.params.runId): Promise<Made> {
  const prefix = keys.bundlePrefix(run.params.workspaceId, runId, 1);
  const bytes = await run.blobs.read(`${prefix}manifest.json`, BYTES_MAX);
  if (bytes === null) throw new Error(`no bundle of ${runId}`);
  const manifestSha256 = createHash('sha256').update(bytes).digest('hex');
  return { runId, prefix, manifest: bundleManifestSchema.parse(JSON.parse(bytes.toString())), manifestSha256 };
}

/** A run with the entrypoint `redaction`, its plan written as the studio does it; `plan` may be no plan at all. */
export async function attempt(run: BareRun, name: string, plan: string): Promise<Ended & { runId: string }> {
  const runId = idFrom(`redaction ${run.params.runId} ${name}`);
  const bytes = Buffer.from(plan);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await run.blobs.upload(keys.redactionPlan(run.params.workspaceId, runId), bytes, { mediaType: 'application/json', sha256 });
  return { ...(await run.run(redact, { runId })), runId };
}

export function planOver(base: Made, asked: Asked): RedactionPlan {
  return {
    schemaVersion: 1,
    base: { bundlePrefix: base.prefix, manifestSha256: base.manifestSha256 },
    ...{ originals: null, pictures: [], volumes: [], gone: [] },
    ...asked,
  };
}

export async function redacted(run: BareRun, name: string, base: Made, asked: Asked): Promise<Made & Ended> {
  const ended = await attempt(run, name, JSON.stringify(planOver(base, asked)));
  if (ended.exitCode !== 0) throw new Error(`${name}: ${JSON.stringify(ended.failure)}`);
  return { ...(await madeBy(run, ended.runId)), ...ended };
}

/** Paths of which the content is not that of the other bundle, or that it has not got. */
export function differing(one: Made, other: Made): string[] {
  const there = new Map(other.manifest.files.map(({ path, sha256 }) => [path, sha256]));
  return one.manifest.files.filter(({ path, sha256 }) => there.get(path) !== sha256).map(({ path }) => path);
}

export async function fileOf(run: BareRun, { prefix }: Made, path: string): Promise<Buffer> {
  const bytes = await run.blobs.read(prefix + path, BYTES_MAX);
  if (bytes === null) throw new Error(`no ${path}`);
  return bytes;
}

/** The photo of each picture that found a place, by its name; null where the bundle has none. */
export async function photosOf(run: BareRun, made: Made): Promise<Map<string, PlacedPhoto | null>> {
  const { cameras } = camerasSchema.parse(JSON.parse((await fileOf(run, made, 'cameras.json')).toString()));
  return new Map(cameras.map(({ image, photo }) => [image, photo]));
}

interface TileNode {
  content?: { uri: string };
  children?: TileNode[];
}

/** The tiles that `tileset.json` names, level by level, with their points. */
export async function tilesOf(run: BareRun, made: Made): Promise<{ uri: string; level: number; points: Sample }[]> {
  const tileset = JSON.parse((await fileOf(run, made, 'tiles/tileset.json')).toString()) as { root: TileNode }; // as the spec of `tile` checks
  const found: { uri: string; level: number }[] = [];
  const walk = (node: TileNode, level: number): void => {
    if (node.content !== undefined) found.push({ uri: node.content.uri, level });
    node.children?.forEach((child) => walk(child, level + 1));
  };
  walk(tileset.root, 0);
  return Promise.all(found.map(async (tile) => ({ ...tile, points: pointsOfGlb(await fileOf(run, made, `tiles/${tile.uri}`)) })));
}

/** All points of a bundle, tile after tile. */
export async function pointsOf(run: BareRun, made: Made): Promise<Sample> {
  const tiles = (await tilesOf(run, made)).map(({ points }) => points);
  const count = tiles.reduce((sum, tile) => sum + tile.count, 0);
  const all: Sample = { count, xyz: new Float32Array(count * 3), rgb: new Uint8Array(count * 3) };
  let at = 0;
  for (const tile of tiles) {
    all.xyz.set(tile.xyz, at * 3);
    all.rgb.set(tile.rgb, at * 3);
    at += tile.count;
  }
  return all;
}

export function placeOf({ xyz }: Sample, i: number): [number, number, number] {
  return [xyz[i * 3] ?? NaN, xyz[i * 3 + 1] ?? NaN, xyz[i * 3 + 2] ?? NaN];
}

export function colourOf({ rgb }: Sample, i: number): [number, number, number] {
  return [rgb[i * 3] ?? NaN, rgb[i * 3 + 1] ?? NaN, rgb[i * 3 + 2] ?? NaN];
}

/** Those of the points that are wanted, in their order. */
export function only(all: Sample, wanted: (place: [number, number, number]) => boolean): Sample {
  const kept: number[] = [];
  for (let i = 0; i < all.count; i += 1) if (wanted(placeOf(all, i))) kept.push(i);
  const [xyz, rgb] = [new Float32Array(kept.length * 3), new Uint8Array(kept.length * 3)];
  kept.forEach((from, to) => {
    xyz.set(all.xyz.subarray(from * 3, from * 3 + 3), to * 3);
    rgb.set(all.rgb.subarray(from * 3, from * 3 + 3), to * 3);
  });
  return { count: kept.length, xyz, rgb };
}

/** The same places in the same order. */
export function samePlaces(a: Sample, b: Sample): boolean {
  return a.count === b.count && a.xyz.every((value, i) => value === b.xyz[i]);
}

export function sameColours(a: Sample, b: Sample): boolean {
  return a.count === b.count && a.rgb.every((value, i) => value === b.rgb[i]);
}
