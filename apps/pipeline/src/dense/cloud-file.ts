import { open, type FileHandle } from 'node:fs/promises';

const RECORD_BYTES = 15;
const BUFFER_POINTS = 65_536;
/** The number of points is known at the end; the header is padded to this, so that it can be written last. */
const HEADER_BYTES = 256;

/** A binary PLY file of coloured points (float x y z, uchar red green blue) that is written as the points come. */
export class CloudFile {
  private readonly buffer = Buffer.alloc(RECORD_BYTES * BUFFER_POINTS);
  private filled = 0;
  private written = 0;

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  static async create(path: string): Promise<CloudFile> {
    return new CloudFile(path, await open(path, 'w'));
  }

  get count(): number {
    return this.written + this.filled;
  }

  /** Whether `flush` has to be awaited before the next point. */
  get isFull(): boolean {
    return this.filled === BUFFER_POINTS;
  }

  add(x: number, y: number, z: number, red: number, green: number, blue: number): void {
    const at = this.filled * RECORD_BYTES;
    this.buffer.writeFloatLE(x, at);
    this.buffer.writeFloatLE(y, at + 4);
    this.buffer.writeFloatLE(z, at + 8);
    this.buffer[at + 12] = red;
    this.buffer[at + 13] = green;
    this.buffer[at + 14] = blue;
    this.filled += 1;
  }

  async flush(): Promise<void> {
    const bytes = this.filled * RECORD_BYTES;
    await writeWhole(this.handle, this.buffer.subarray(0, bytes), HEADER_BYTES + this.written * RECORD_BYTES);
    this.written += this.filled;
    this.filled = 0;
  }

  async close(): Promise<void> {
    await this.flush();
    await writeWhole(this.handle, header(this.written), 0);
    await this.handle.close();
  }
}

async function writeWhole(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

function header(count: number): Buffer {
  const properties = ['float x', 'float y', 'float z', 'uchar red', 'uchar green', 'uchar blue'];
  const before = ['ply', 'format binary_little_endian 1.0', 'comment '].join('\n');
  const after = ['', `element vertex ${count}`, ...properties.map((property) => `property ${property}`), 'end_header\n'].join(
    '\n',
  );
  return Buffer.from(before + '-'.repeat(HEADER_BYTES - before.length - after.length) + after);
}
