import type { PlacePage } from '@stead/contracts/viewing';

export interface PlaceAddress {
  /** Scheme and host under which the visitor has asked. */
  origin: string;
  path: string;
}

/** `frame-ancestors` of the Content-Security-Policy. */
export function frameAncestorsOf({ embedSites }: PlacePage): string {
  if (embedSites === null) return '*';
  return ["'self'", ...embedSites].join(' ');
}

/** The viewer's document with what other sites and search engines read of a place (https://ogp.me). */
export function placeDocument(document: string, { card, listed }: PlacePage, { origin, path }: PlaceAddress): string {
  const open = listed ? document.replace(/\s*<meta name="robots" content="noindex" \/?>/, '') : document;
  if (card === null) return open;
  const tags = [
    ['og:type', 'website'],
    ['og:site_name', 'Stead'],
    ['og:title', card.title],
    ['og:url', origin + path],
    ['og:image', origin + card.imagePath],
    ['og:image:type', 'image/jpeg'],
    ['og:image:width', '1200'],
    ['og:image:height', '630'],
    ['twitter:card', 'summary_large_image'],
  ].map(([property = '', content = '']) => `<meta property="${property}" content="${escaped(content)}" />`);
  // A function: `$&` in a title is text.
  return open.replace('</head>', () => `${tags.join('')}</head>`);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
