import { viewSchema } from '@stead/contracts/studio';
import type { View } from '@stead/web/viewer-core';

const NUMBERS = 6;

/** `#view=x,y,z,x,y,z`: from where, and at what, somebody is to look. Null where the address says nothing of it, or nothing that can be. */
export function addressedView(hash: string): View | null {
  const said = new URLSearchParams(hash.slice(1)).get('view');
  if (said === null) return null;
  const numbers = said.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.length !== NUMBERS) return null;
  const view = viewSchema.safeParse({ position: numbers.slice(0, 3), target: numbers.slice(3) });
  return view.success ? view.data : null;
}
