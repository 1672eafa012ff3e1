/** Points that the header of a LAS, LAZ or PLY file claims. */
export function pointsOf(head: DataView): number | 'broken' {
  const text = latin1(head, 0, head.byteLength);
  if (text.startsWith('LASF')) return lasPoints(head);
  if (/^ply\r?\n/.test(text)) {
    const count = /\nelement vertex (\d+)\s/.exec(text)?.[1];
    return count === undefined ? 'broken' : Number(count);
  }
  return 'broken';
}

/** Public header block of the ASPRS LAS specification, 1.2 to 1.4. */
function lasPoints(head: DataView): number | 'broken' {
  if (head.byteLength < 227) return 'broken';
  const legacy = head.getUint32(107, true);
  const isNew = head.getUint8(25) >= 4 && head.byteLength >= 255;
  return isNew ? Number(head.getBigUint64(247, true)) || legacy : legacy;
}

function latin1(head: DataView, from: number, to: number): string {
  return new TextDecoder('latin1').decode(head.buffer.slice(from, to));
}
