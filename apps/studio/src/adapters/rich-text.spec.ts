import fc from 'fast-check';
import { StrictRichText } from './rich-text';

const richText = new StrictRichText();
const refusal = (html: string): string => {
  const verdict = richText.clean(html);
  return 'refused' in verdict ? verdict.refused : '';
};

it('keeps what makes a text readable', () => {
  const html = '<p>A <strong>hall</strong> of <em>1911</em>.<br />See:</p><ul><li>one</li><li>two</li></ul>';
  expect(richText.clean(html)).toEqual({ html });
});

it('lets a link go elsewhere, and nowhere with the name of this page', () => {
  expect(richText.clean('<a href="https://example.org/x?y=1&z=2" onmouse="" class="b">x</a>')).toEqual({
    refused: expect.stringContaining('onmouse') as string,
  });
  expect(richText.clean('<a href="https://example.org/x" class="b" target="_self">x</a>')).toEqual({
    html: '<a href="https://example.org/x" rel="noopener noreferrer nofollow ugc" target="_blank">x</a>',
  });
});

it('takes away elements that only look different, and leaves their text', () => {
  expect(richText.clean('<div style="color:red"><span class="x">A</span> <font>b</font></div>')).toEqual({ html: 'A b' });
});

it.each([
  ['a script', '<p>x</p><script>alert(1)</script>', '<script>'],
  ['a picture that fails on purpose', '<img src=x onerror=alert(1)>', '<img>'],
  ['svg', '<svg onload="alert(1)">', '<svg>'],
  ['a handler on what is allowed', '<p onclick="alert(1)">x</p>', 'onclick'],
  ['a script for a link', '<a href="javascript:alert(1)">x</a>', 'a link begins'],
  ['the same with a tab in it', '<a href="java\tscript:alert(1)">x</a>', 'a link begins'],
  ['the same with its letters written otherwise', '<a href="&#106;avascript:alert(1)">x</a>', 'a link begins'],
  ['data for a link', '<a href="data:text/html,<script>1</script>">x</a>', 'a link begins'],
  ['a link to a neighbour of whoever shows it', '<a href="//evil.example">x</a>', 'a link begins'],
  ['a frame', '<iframe src="https://example.org"></iframe>', '<iframe>'],
  ['a form', '<form action="https://example.org"><input name="password"></form>', '<form>'],
  ['a style sheet', '<style>body{display:none}</style>', '<style>'],
  ['an element that changes how the rest is read', '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>', '<math>'],
])('refuses %s, and says what', (_name, html, said) => {
  expect(refusal(html)).toContain(said);
});

it('comes to the same when it is done twice, and never has anything but what is kept, whatever it gets', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '<p>',
      '</p>',
      '<a href="',
      'javascript:',
      'https://x.example',
      '">',
      '<scr',
      'ipt>',
      '<!--',
      '-->',
      '<![CDATA[',
      '&lt;',
      '&#x3c;',
      ' onload=',
    ),
    fc.constantFrom('<b', '<em>', '</', '"', "'", '>', '<template>', '<p/onclick=x>', '\u0000', '<svg/', '<math>'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const first = richText.clean(pieces.join(''));
      if ('refused' in first) return;
      expect(richText.clean(first.html)).toEqual(first);
      const tags = [...first.html.matchAll(/<\/?([^\s>/]*)/g)].map((match) => match[1]);
      expect(tags.filter((tag) => !/^(p|br|strong|b|em|i|u|s|sub|sup|ul|ol|li|h3|h4|blockquote|a)$/.test(tag ?? ''))).toEqual([]);
      expect(first.html).not.toMatch(/<[^>]*\son\w+\s*=/i);
    }),
    { numRuns: 2_000 },
  );
});
