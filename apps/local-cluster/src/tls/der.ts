/** The few forms of DER that a certificate needs (ITU-T X.690). */
export const sequence = (...parts: Buffer[]): Buffer => wrap(0x30, ...parts);
export const set = (...parts: Buffer[]): Buffer => wrap(0x31, ...parts);
export const octetString = (content: Buffer): Buffer => wrap(0x04, content);
export const utf8String = (text: string): Buffer => wrap(0x0c, Buffer.from(text, 'utf8'));
export const boolean = (value: boolean): Buffer => wrap(0x01, Buffer.from([value ? 0xff : 0x00]));
/** Of bytes that are positive as they stand. */
export const integer = (bytes: Buffer): Buffer => wrap(0x02, bytes);
export const explicit = (tag: number, content: Buffer): Buffer => wrap(0xa0 | tag, content);
/** An implicit tag over bytes, as the names of a certificate have it. */
export const tagged = (tag: number, content: Buffer): Buffer => wrap(0x80 | tag, content);

export function bitString(content: Buffer, unusedBits: number): Buffer {
  return wrap(0x03, Buffer.from([unusedBits]), content);
}

/** Years up to 2049 have two digits. */
export function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return Number(text.slice(0, 4)) < 2050 ? wrap(0x17, Buffer.from(text.slice(2))) : wrap(0x18, Buffer.from(text));
}

export function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return wrap(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

function wrap(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
