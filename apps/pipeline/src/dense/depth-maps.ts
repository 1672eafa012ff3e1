import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Depth maps by the number of their view. As many as fit lie in memory; those that were not asked for lately wait on the disk,
 * so that hundreds of large pictures need no more memory than a few. A map may be changed in place as long as it and all that
 * were asked for since fit into `bytesMax` together; those of a view and its neighbours do.
 */
export class DepthMaps {
  /** In the order of use, the oldest first. */
  private readonly inMemory = new Map<number, Float32Array>();
  private readonly known = new Set<number>();
  private bytes = 0;

  constructor(
    private readonly folder: string,
    private readonly bytesMax: number,
  ) {}

  async put(view: number, depths: Float32Array): Promise<void> {
    this.known.add(view);
    this.hold(view, depths);
    await this.makeRoom(view);
  }

  /** Null for a view that has no depths. */
  async get(view: number): Promise<Float32Array | null> {
    const held = this.inMemory.get(view);
    if (held !== undefined) {
      this.inMemory.delete(view);
      this.inMemory.set(view, held);
      return held;
    }
    if (!this.known.has(view)) return null;
    const bytes = await readFile(this.pathOf(view));
    const depths = new Float32Array(bytes.length / 4);
    bytes.copy(new Uint8Array(depths.buffer));
    this.hold(view, depths);
    await this.makeRoom(view);
    return depths;
  }

  private hold(view: number, depths: Float32Array): void {
    this.bytes += depths.byteLength - (this.inMemory.get(view)?.byteLength ?? 0);
    this.inMemory.delete(view);
    this.inMemory.set(view, depths);
  }

  private async makeRoom(keep: number): Promise<void> {
    for (const [view, depths] of this.inMemory) {
      if (this.bytes <= this.bytesMax) return;
      if (view === keep) continue;
      await writeFile(this.pathOf(view), new Uint8Array(depths.buffer, depths.byteOffset, depths.byteLength));
      this.inMemory.delete(view);
      this.bytes -= depths.byteLength;
    }
  }

  private pathOf(view: number): string {
    return join(this.folder, `${view}.depths`);
  }
}
