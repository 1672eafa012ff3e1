export { newId, idTime } from './uuid7';
export { toBase32, fromBase32 } from './base32';
