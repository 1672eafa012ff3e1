/** Names of members that never reach a log, wherever they stand; letter case, `-` and `_` do not matter. */
const SECRET_MEMBERS = new Set(
  [
    ...['password', 'passwd', 'secret', 'token', 'apiKey', 'authorization', 'cookie', 'setCookie'],
    ...['refreshToken', 'accessToken', 'secretAccessKey', 'clientSecret', 'privateKey', 'xSteadIdentity', 'identityKey'],
  ].map(plain),
);
const DEPTH_MAX = 8;
const CENSOR = '[redacted]';
/** The password of an address: drivers put whole addresses into their words. */
const PASSWORD_IN_ADDRESS = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi;

/** A copy without secrets. What is no plain object or list (dates, errors, buffers) is left to its own serializer. */
export function censored(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replace(PASSWORD_IN_ADDRESS, `$1:${CENSOR}@`);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return depth >= DEPTH_MAX ? '[deep]' : value.map((item) => censored(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  if (depth >= DEPTH_MAX) return '[deep]';
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, SECRET_MEMBERS.has(plain(name)) ? CENSOR : censored(member, depth + 1)]),
  );
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}
