import type { CreateBlurRequestBody } from '@stead/contracts/studio';
import type { Asked } from './request-api';

type Point = readonly [number, number, number];

/** What is typed, as it stands in its fields. */
export interface Draft {
  what: CreateBlurRequestBody['what'];
  note: string;
  contact: string;
}
export interface Where {
  /** Null: nothing was found where the visitor looked. */
  place: Point | null;
  eye: Point;
  /** The visitor has seen it in the place; otherwise only words say what is meant. */
  seen: boolean;
}
export type Field = 'place' | 'note' | 'contact';

export const NOTE_CHARS_MAX = 1_000;
/** What a person may have mistyped; what an address really is the server knows. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The first field that needs another look, from above; null: it may be sent. */
export function wrongField({ note, contact }: Draft, { place, seen }: Where): Field | null {
  if (place === null) return 'place';
  if (!seen && note.trim() === '') return 'note';
  return contact.trim() === '' || EMAIL.test(contact.trim()) ? null : 'contact';
}

export function askedOf(publicationId: string, { what, note, contact }: Draft, { place, eye }: Where & { place: Point }): Asked {
  const isSomewhere = eye.some((value, axis) => value !== place[axis]);
  return {
    ...{ publicationId, place: [...place], what, note: emptyIsNull(note), contact: emptyIsNull(contact) },
    view: isSomewhere ? { position: [...eye], target: [...place] } : null,
  };
}

/** Where whoever asked looks for the answer: at the address by which the place was opened, whether it opens it then or not. */
export function addressOf(id: string, { origin, pathname }: { origin: string; pathname: string }): string {
  return `${origin}${pathname}?request=${encodeURIComponent(id)}`;
}

function emptyIsNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}
