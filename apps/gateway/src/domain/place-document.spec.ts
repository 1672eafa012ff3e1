import fc from 'fast-check';
import { frameAncestorsOf, placeDocument } from './place-document';

const DOCUMENT = '<html><head>\n    <meta name="robots" content="noindex" />\n<title>Stead</title></head><body></body></html>';
const AT = { origin: 'https://stead.example', path: '/v/1' };

it.each([
  [null, '*'],
  [[], "'self'"],
  [['https://a.example', 'https://*.b.example'], "'self' https://a.example https://*.b.example"],
])('may be framed by %j: %s', (embedSites, wanted) => {
  expect(frameAncestorsOf({ embedSites, card: null, listed: false })).toBe(wanted);
});

it('tells nothing of a place that a stranger may not see', () => {
  expect(placeDocument(DOCUMENT, { embedSites: [], card: null, listed: false }, AT)).toBe(DOCUMENT);
});

it('names an absolute picture and address, and only what is public may be listed', () => {
  const card = { title: 'Hall', imagePath: '/v1/places/1/card.jpg' };
  const page = placeDocument(DOCUMENT, { embedSites: null, card, listed: false }, AT);
  expect(page).toContain('<meta property="og:image" content="https://stead.example/v1/places/1/card.jpg" />');
  expect(page).toContain('<meta property="og:url" content="https://stead.example/v/1" />');
  expect(page).toContain('noindex');
  expect(placeDocument(DOCUMENT, { embedSites: null, card, listed: true }, AT)).not.toContain('noindex');
});

it('a title is text, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string(), (title) => {
      const page = placeDocument(DOCUMENT, { embedSites: null, card: { title, imagePath: '/c' }, listed: false }, AT);
      expect(page.match(/<meta property/g)).toHaveLength(9);
      expect(page.match(/<\/head>/g)).toHaveLength(1);
      const written = /og:title" content="([^"]*)"/.exec(page)?.[1] ?? '';
      const read = written.replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
      expect(read).toBe(title);
    }),
  );
});
