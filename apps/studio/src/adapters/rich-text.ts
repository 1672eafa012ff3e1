import sanitizeHtml from 'sanitize-html';
import { RichText } from '../application/scene-ports';

const KEPT = ['p', 'br', 'strong', 'b', 'em', 'i', 'u', 's', 'sub', 'sup', 'ul', 'ol', 'li', 'h3', 'h4', 'blockquote', 'a'];
/** What runs, loads or asks for something. Other elements are taken away from around their text. */
const REFUSED = new Set([
  ...[
    'script',
    'style',
    'link',
    'meta',
    'base',
    'iframe',
    'frame',
    'frameset',
    'object',
    'embed',
    'applet',
    'portal',
    'fencedframe',
  ],
  ...['svg', 'math', 'template', 'noscript', 'form', 'input', 'button', 'select', 'textarea', 'img', 'picture', 'video', 'audio'],
  ...['source', 'track', 'canvas', 'dialog', 'slot', 'xmp', 'plaintext', 'title', 'marquee'],
]);
const ROUNDS_MAX = 5;
const SCHEMES = ['http', 'https', 'mailto', 'tel'];
const REL = 'noopener noreferrer nofollow ugc';

/** HTML of a few elements; links open elsewhere and give nothing away. */
export class StrictRichText extends RichText {
  clean(html: string): { html: string } | { refused: string } {
    const refused = new Set<string>();
    let cleaned = this.once(html, refused);
    // Taking a broken tag away can leave what the next reader takes apart in another way; a few rounds settle it.
    for (let round = 1; round < ROUNDS_MAX; round += 1) {
      const again = this.once(cleaned, refused);
      if (again === cleaned) break;
      cleaned = again;
    }
    if (refused.size === 0) return { html: cleaned };
    return { refused: `Take this out: ${[...refused].slice(0, 5).join('; ')}. Allowed are ${KEPT.join(', ')}` };
  }

  private once(html: string, refused: Set<string>): string {
    return sanitizeHtml(html, {
      allowedTags: KEPT,
      allowedAttributes: { a: ['href', 'rel', 'target'] },
      allowedSchemes: SCHEMES,
      allowProtocolRelative: false,
      disallowedTagsMode: 'discard',
      onOpenTag: (name, attributes) => {
        if (REFUSED.has(name)) refused.add(`<${name}> is not allowed`);
        for (const attribute of Object.keys(attributes))
          if (attribute.startsWith('on')) refused.add(`the attribute ${attribute.slice(0, 30)} is not allowed`);
        if (name === 'a' && !isLink(attributes['href'])) refused.add('a link begins with https://, http://, mailto: or tel:');
      },
      transformTags: {
        a: (tagName, { href }) => ({ tagName, attribs: { ...(href === undefined ? {} : { href }), rel: REL, target: '_blank' } }),
      },
    });
  }
}

/** A link without an address is a word. Browsers skip control characters and spaces in a scheme; so does this. */
function isLink(href: string | undefined): boolean {
  if (href === undefined) return true;
  const address = href.replaceAll(/[\s\p{Cc}]/gu, '').toLowerCase();
  return SCHEMES.some((scheme) => address.startsWith(`${scheme}:`));
}
