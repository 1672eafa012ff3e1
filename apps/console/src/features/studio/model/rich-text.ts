/** What a text may be made of; the server keeps nothing else. */
const KEPT = new Set([
  ...['P', 'BR', 'STRONG', 'B', 'EM', 'I', 'U', 'S', 'SUB', 'SUP', 'UL', 'OL', 'LI', 'H3', 'H4', 'BLOCKQUOTE', 'A'],
]);
/** Left out with all that is in them; of other elements, the text stays. */
const DROPPED = new Set([
  'SCRIPT',
  'STYLE',
  'TEMPLATE',
  'NOSCRIPT',
  'IFRAME',
  'OBJECT',
  'EMBED',
  'SVG',
  'MATH',
  'TEXTAREA',
  'TITLE',
]);
const SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const DEPTH_MAX = 20;

/** Builds a text anew, element by element, in a document of its own, where nothing loads and nothing runs. */
export function cleanHtml(html: string): string {
  const source = new DOMParser().parseFromString(html, 'text/html');
  const target = document.implementation.createHTMLDocument('');
  copy(source.body, target.body, 0);
  const { textContent, innerHTML } = target.body;
  return (textContent ?? '').trim() === '' ? '' : innerHTML;
}

function copy(from: Node, into: Node, depth: number): void {
  if (depth > DEPTH_MAX) return;
  const owner = into.ownerDocument ?? document;
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) into.appendChild(owner.createTextNode(node.textContent ?? ''));
    if (!(node instanceof Element)) continue;
    const name = node.nodeName.toUpperCase();
    if (DROPPED.has(name)) continue;
    // What browsers put around a line that somebody types.
    if (name === 'DIV') copy(node, into.appendChild(owner.createElement('P')), depth + 1);
    else if (KEPT.has(name)) copy(node, into.appendChild(elementLike(owner, name, node)), depth + 1);
    else copy(node, into, depth + 1);
  }
}

function elementLike(owner: Document, name: string, node: Element): Element {
  const made = owner.createElement(name);
  const address = name === 'A' ? safeAddress(node.getAttribute('href') ?? '') : null;
  if (address !== null) made.setAttribute('href', address);
  return made;
}

/** An address that a visitor's browser may be sent to. */
export function safeAddress(address: string): string | null {
  const given = address.trim();
  if (!URL.canParse(given)) return null;
  const { protocol, href } = new URL(given);
  return SCHEMES.has(protocol) ? href : null;
}
