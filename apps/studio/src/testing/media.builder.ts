import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

/** A photo that tells where it was taken. */
export function aPhoto(): Promise<Buffer> {
  return sharp({ create: { width: 640, height: 480, channels: 3, background: '#a86' } })
    .withExif({ IFD0: { Artist: 'Anna' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '37/1 33/1 59/1' } })
    .jpeg()
    .toBuffer();
}

/** Two seconds of a test picture with a tone, or of the tone alone; it tells where it was made. */
export function aRecording(kind: 'mp4' | 'webm' | 'mp3' | 'hevc'): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'stead-media-builder-'));
  const out = join(folder, `out.${kind === 'hevc' ? 'mp4' : kind}`);
  const picture = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10:duration=2'];
  const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2'];
  const tags = ['-metadata', 'location=+37.5665+126.9780/', '-metadata', 'artist=Anna'];
  const how = {
    mp4: [...picture, ...tone, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'],
    webm: [...picture, ...tone, '-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus'],
    mp3: [...tone, '-c:a', 'libmp3lame'],
    hevc: [...picture, '-c:v', 'libx265', '-x265-params', 'log-level=none', '-preset', 'ultrafast'],
  }[kind];
  try {
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...how, ...tags, out], { stdio: 'ignore' });
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const TRIANGLE = new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]);

/** A triangle; `change` is laid over its JSON. */
export function aGlb(change: Record<string, unknown> = {}): Buffer {
  const binary = Buffer.from(TRIANGLE.buffer);
  const json = {
    asset: { version: '2.0' },
    buffers: [{ byteLength: binary.length }],
    bufferViews: [{ buffer: 0, byteLength: binary.length }],
    accessors: [{ bufferView: 0, componentType: 5126, count: 3, type: 'VEC3', min: [0, 0, 0], max: [1, 1, 0] }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
    nodes: [{ mesh: 0 }],
    scenes: [{ nodes: [0] }],
    scene: 0,
    ...change,
  };
  const text = Buffer.from(JSON.stringify(json));
  const padded = Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4, 0x20)]);
  const chunk = (type: number, data: Buffer): Buffer => Buffer.concat([uint32(data.length), uint32(type), data]);
  const body = Buffer.concat([chunk(0x4e4f534a, padded), chunk(0x004e4942, binary)]);
  return Buffer.concat([uint32(0x46546c67), uint32(2), uint32(12 + body.length), body]);
}

/** Files that are stored and not packed, each at a multiple of 64 bytes; `method` 8 says that they are packed. */
export function aUsdz(names: readonly string[] = ['scene.usda'], method = 0): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const name of names) {
    const data = Buffer.from('#usda 1.0\n');
    const padding = (64 - ((at + 30 + name.length) % 64)) % 64;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(method, 8);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt32LE(data.length, 22);
    head.writeUInt16LE(name.length, 26);
    head.writeUInt16LE(padding, 28);
    parts.push(head, Buffer.from(name), Buffer.alloc(padding), data);
    at += 30 + name.length + padding + data.length;
  }
  return Buffer.concat([...parts, Buffer.from('PK\x01\x02 and so on')]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
