import fc from 'fast-check';
import { parseXml, xmlDocument } from './xml';

describe('xmlDocument', () => {
  it('repeats elements, leaves out what is undefined, and escapes text', () => {
    expect(xmlDocument('List', { Name: 'a & <b> "c"\u0001', Key: ['x', { Id: 1 }], Missing: undefined, Ok: true }, null)).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<List><Name>a &amp; &lt;b&gt; &quot;c&quot;&#x1;</Name><Key>x</Key><Key><Id>1</Id></Key><Ok>true</Ok></List>',
    );
  });

  it('gives back any printable text through parseXml', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => !/[\p{Cc}\p{Surrogate}]/u.test(value));
    const property = fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (keys) => {
      const document = xmlDocument('Delete', { Object: keys.map((Key) => ({ Key })) });
      expect(parseXml(document, ['Object'])).toEqual({ Delete: { Object: keys.map((Key) => ({ Key })) } });
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('parseXml', () => {
  it.each(['', 'text', '<a>', '<a></b>', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', '<a><b></a></b>'])('refuses %j', (text) => {
    expect(() => parseXml(text, [])).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
  });

  it('keeps numbers and blanks as they are written', () => {
    expect(parseXml('<a><b>007</b><c> x </c></a>', [])).toEqual({ a: { b: '007', c: ' x ' } });
  });
});
