import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from '../errors';

/** Elements by name; an array repeats its element; `undefined` leaves it out. */
export type XmlContent = string | number | boolean | undefined | readonly XmlContent[] | { readonly [name: string]: XmlContent };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function xmlDocument(root: string, content: XmlContent, namespace: string | null = NAMESPACE): string {
  const attribute = namespace === null ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(content)}</${root}>`;
}

/** Text stays text (a part number is a string); an element that may repeat is an array even when it comes once. */
export function parseXml(text: string, repeated: readonly string[]): unknown {
  if (XMLValidator.validate(text) !== true || /<!DOCTYPE|<!ENTITY/i.test(text)) throw new S3Error('MalformedXML');
  const parser = new XMLParser({
    ignoreAttributes: true,
    parseTagValue: false,
    // A key may begin or end with a space.
    trimValues: false,
    ignoreDeclaration: true,
    removeNSPrefix: true,
    isArray: (name) => repeated.includes(name),
  });
  try {
    return parser.parse(text);
  } catch (error) {
    throw new S3Error('MalformedXML', undefined, {}, { cause: error });
  }
}

function inner(content: XmlContent): string {
  if (content === undefined) return '';
  if (typeof content !== 'object') return escape(String(content));
  if (Array.isArray(content)) return content.map(inner).join('');
  return Object.entries(content)
    .map(([name, value]) => {
      if (value === undefined) return '';
      if (Array.isArray(value)) return value.map((item: XmlContent) => `<${name}>${inner(item)}</${name}>`).join('');
      return `<${name}>${inner(value)}</${name}>`;
    })
    .join('');
}

/** XML 1.0 has no place for most control characters; like S3 they go out as references. */
function escape(text: string): string {
  return text.replace(/[&<>"\u0000-\u001f\u007f\uffff\ufffe]/g, (char) => {
    if (char === '&') return '&amp;';
    if (char === '<') return '&lt;';
    if (char === '>') return '&gt;';
    if (char === '"') return '&quot;';
    return `&#x${char.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}
