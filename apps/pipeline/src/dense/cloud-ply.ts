/** Binary PLY with what a coloured cloud needs: float x y z, uchar red green blue. */
export function cloudPly(count: number, xyz: Float32Array, rgb: Uint8Array): Buffer {
  const properties = ['float x', 'float y', 'float z', 'uchar red', 'uchar green', 'uchar blue'];
  const header = [
    'ply',
    'format binary_little_endian 1.0',
    `element vertex ${count}`,
    ...properties.map((property) => `property ${property}`),
    'end_header\n',
  ].join('\n');
  const body = Buffer.alloc(count * 15);
  for (let i = 0; i < count; i += 1) {
    for (let axis = 0; axis < 3; axis += 1) {
      body.writeFloatLE(xyz[i * 3 + axis] ?? 0, i * 15 + axis * 4);
      body[i * 15 + 12 + axis] = rgb[i * 3 + axis] ?? 0;
    }
  }
  return Buffer.concat([Buffer.from(header), body]);
}
