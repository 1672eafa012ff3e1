const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const UUID_BITS = 128n;
const LENGTH = 26;

/** A UUID as 26 lower-case Crockford base32 characters: short enough for a Kubernetes name, and reversible. */
export function toBase32(uuid: string): string {
  let value = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let text = '';
  for (let i = 0; i < LENGTH; i += 1) {
    text = (ALPHABET[Number(value & 31n)] ?? '') + text;
    value >>= 5n;
  }
  return text;
}

/** The inverse of `toBase32`. Throws a RangeError on anything that `toBase32` cannot have written. */
export function fromBase32(text: string): string {
  if (text.length !== LENGTH) throw new RangeError(`expected ${LENGTH} base32 characters, got ${text.length}`);
  let value = 0n;
  for (const char of text) {
    const digit = ALPHABET.indexOf(char);
    if (digit < 0) throw new RangeError(`'${char}' is not a base32 character`);
    value = (value << 5n) | BigInt(digit);
  }
  if (value >> UUID_BITS !== 0n) throw new RangeError('the value does not fit a UUID');
  const hex = value.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
