import { readFile } from 'node:fs/promises';
import { contentPath } from '../../application/content-path';
import { insideFolder } from '../../application/local-files';
import type { Redaction } from '../../application/read-redaction';
import { StepError, type StepContext } from '../../application/step';
import type { StoredFile } from '@stead/contracts/pipeline';
import { z } from 'zod';

const TILES = 'tiles/';
export const TILESET = 'tiles/tileset.json';

/** A node of `tileset.json`; what else it says is handed on as it is. */
export interface TileNode {
  boundingVolume: { box: number[] };
  content?: { uri: string } | undefined;
  children?: TileNode[] | undefined;
}
const nodeSchema: z.ZodType<TileNode> = z.lazy(() =>
  z.looseObject({
    boundingVolume: z.looseObject({ box: z.array(z.number()).length(12) }),
    content: z.looseObject({ uri: z.string() }).optional(),
    children: z.array(nodeSchema).optional(),
  }),
);
const tilesetSchema = z.looseObject({ root: nodeSchema });
export type Tileset = z.infer<typeof tilesetSchema>;

/** A tile with points of its own, and a ball around them. */
export interface BaseTile {
  node: TileNode;
  file: StoredFile;
  centre: [number, number, number];
  radius: number;
}

/** The bundle that is changed, file by file as the store has it; each is moved to this machine once, when it is looked into. */
export class BaseBundle {
  private readonly files: ReadonlyMap<string, StoredFile>;
  private readonly here = new Map<string, Promise<string>>();

  constructor(
    private readonly context: StepContext,
    { plan, base }: Redaction,
  ) {
    this.files = new Map(
      base.files.map((file) => [file.path, { ...file, key: plan.base.bundlePrefix + insideFolder(file.path) }]),
    );
  }

  find(path: string): StoredFile | null {
    return this.files.get(path) ?? null;
  }

  need(path: string): StoredFile {
    const file = this.files.get(path);
    if (file === undefined) throw new StepError('data', 'base-malformed', `The manifest does not list ${path}`);
    return file;
  }

  async read(file: StoredFile): Promise<Buffer> {
    const path = this.here.get(file.path) ?? this.context.fetch(file);
    this.here.set(file.path, path);
    return readFile(await path);
  }

  async tileset(): Promise<Tileset> {
    const parsed = tilesetSchema.safeParse(JSON.parse((await this.read(this.need(TILESET))).toString('utf8')));
    if (!parsed.success) throw new StepError('data', 'base-malformed', `${TILESET}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  }

  /** In the order of the tileset. */
  tilesOf({ root }: Tileset): BaseTile[] {
    const tiles: BaseTile[] = [];
    const walk = (node: TileNode): void => {
      if (node.content !== undefined) {
        const [x = 0, y = 0, z = 0, ...axes] = node.boundingVolume.box;
        tiles.push({ node, file: this.need(TILES + node.content.uri), centre: [x, y, z], radius: Math.hypot(...axes) });
      }
      node.children?.forEach(walk);
    };
    walk(root);
    return tiles;
  }
}

/** `tiles/r0.3a7bd3e2360a3d29.glb` with another content: the name that the tile has without its content stays. */
export function renamed(path: string, bytes: Buffer): string {
  return contentPath(path.replace(/\.[0-9a-f]{16}(?=\.glb$)/, ''), bytes);
}

export function uriOf(path: string): string {
  return path.slice(TILES.length);
}
