import type { Publication } from './queries';

/** An address that visitors open: of a publication, or of a share link of one. */
export interface Address {
  path: string;
  name: string;
  embedSites: Publication['embedSites'];
  /** Whether it opens anything now. */
  opens: boolean;
  /** Opening it uses up one of a number of views. */
  counted: boolean;
}

export const urlOf = ({ path }: Address): string => new URL(path, location.origin).href;
