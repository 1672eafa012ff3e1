/** What a text may be made of; the server keeps nothing else. This is a second line, should the first one ever fail. */
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
  'SELECT',
]);
const SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const DEPTH_MAX = 20;
const NODES_MAX = 5_000;

/** Builds a text anew, element by element. It is parsed in a document of its own, where nothing loads and nothing runs. */
export function richText(html: string): DocumentFragment {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const made = document.createDocumentFragment();
  copy(parsed.body, made, 0, { left: NODES_MAX });
  return made;
}

function copy(from: Node, into: Node, depth: number, nodes: { left: number }): void {
  for (const node of from.childNodes) {
    nodes.left -= 1;
    if (nodes.left < 0 || depth > DEPTH_MAX) return;
    if (node.nodeType === Node.TEXT_NODE) into.appendChild(document.createTextNode(node.textContent ?? ''));
    if (!(node instanceof Element)) continue;
    const name = node.nodeName.toUpperCase();
    if (DROPPED.has(name)) continue;
    copy(node, KEPT.has(name) ? into.appendChild(elementLike(name, node)) : into, depth + 1, nodes);
  }
}

/** Nothing of the original but its name and, for a link, where it leads. */
function elementLike(name: string, node: Element): Element {
  const made = document.createElement(name);
  if (made instanceof HTMLAnchorElement) {
    const address = safeAddress(node.getAttribute('href'));
    if (address !== null) linkTo(made, address);
  }
  return made;
}

export function linkTo(link: HTMLAnchorElement, address: string): HTMLAnchorElement {
  link.href = address;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  return link;
}

/** An address that a visitor's browser may be sent to, as the browser itself understands it. */
export function safeAddress(address: string | null): string | null {
  if (address === null || !URL.canParse(address)) return null;
  const { protocol, href } = new URL(address);
  return SCHEMES.has(protocol) ? href : null;
}
