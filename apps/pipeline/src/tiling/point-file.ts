import { open, type FileHandle } from 'node:fs/promises';

/** Three doubles and three colour bytes. */
export const RECORD_BYTES = 27;
const BUFFER_RECORDS = 8_192;

export interface Points {
  count: number;
  xyz: Float64Array;
  rgb: Uint8Array;
}

/** A file of points on this machine's disk: what does not fit into memory waits here. */
export class PointFile {
  private readonly buffer = Buffer.allocUnsafe(RECORD_BYTES * BUFFER_RECORDS);
  private filled = 0;
  count = 0;

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  static async create(path: string): Promise<PointFile> {
    return new PointFile(path, await open(path, 'w'));
  }

  async add(x: number, y: number, z: number, r: number, g: number, b: number): Promise<void> {
    const at = this.filled * RECORD_BYTES;
    this.buffer.writeDoubleLE(x, at);
    this.buffer.writeDoubleLE(y, at + 8);
    this.buffer.writeDoubleLE(z, at + 16);
    this.buffer[at + 24] = r;
    this.buffer[at + 25] = g;
    this.buffer[at + 26] = b;
    this.filled += 1;
    this.count += 1;
    if (this.filled === BUFFER_RECORDS) await this.flush();
  }

  /** True when the next `add` writes nothing to the disk, so that callers may skip waiting for it. */
  get hasRoom(): boolean {
    return this.filled < BUFFER_RECORDS - 1;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.handle.close();
  }

  private async flush(): Promise<void> {
    await this.handle.write(this.buffer, 0, this.filled * RECORD_BYTES);
    this.filled = 0;
  }
}

const READ_POINTS = 65_536;

/** The points of a closed file, in batches. */
export async function* readPoints(path: string): AsyncGenerator<Points> {
  const handle = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(RECORD_BYTES * READ_POINTS);
    for (let at = 0; ;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      const count = Math.floor(bytesRead / RECORD_BYTES);
      if (count === 0) return;
      at += count * RECORD_BYTES;
      yield decode(buffer, count);
    }
  } finally {
    await handle.close();
  }
}

function decode(buffer: Buffer, count: number): Points {
  const xyz = new Float64Array(count * 3);
  const rgb = new Uint8Array(count * 3);
  for (let i = 0; i < count; i += 1) {
    const at = i * RECORD_BYTES;
    for (let axis = 0; axis < 3; axis += 1) {
      xyz[i * 3 + axis] = buffer.readDoubleLE(at + axis * 8);
      rgb[i * 3 + axis] = buffer[at + 24 + axis] ?? 0;
    }
  }
  return { count, xyz, rgb };
}
