import { v7 } from 'uuid';

/** A new UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then random; sorts by creation time. */
export function newId(): string {
  return v7();
}

/** The creation time that a UUIDv7 carries, in milliseconds since the epoch. */
export function idTime(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
