import fc from 'fast-check';
import { formBoundary, readForm } from './form-data';

const BOUNDARY = '----boundary7MA4';

function form(fields: readonly (readonly [string, string])[], file: Buffer, boundary = BOUNDARY): Buffer {
  const parts = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: x/y\r\n\r\n`;
  return Buffer.concat([Buffer.from(parts.join('') + head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

async function* inPieces(body: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

async function read(body: Buffer, size = body.length) {
  const { fields, file } = await readForm(inPieces(body, size), BOUNDARY);
  const chunks: Buffer[] = [];
  for await (const chunk of file.content) chunks.push(chunk);
  return { fields, file: Buffer.concat(chunks), name: file.name, mediaType: file.mediaType };
}

describe('readForm', () => {
  it('gives back the fields and the file, however the network cuts them, even when the file looks like a boundary', async () => {
    const piece = fc.constantFrom(
      '\r\n',
      '--',
      BOUNDARY,
      '\r\n--',
      `\r\n--${BOUNDARY.slice(0, -1)}`,
      'x',
      '\r',
      '\n',
      '\u0000',
      '한',
    );
    const property = fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      fc.integer({ min: 1, max: 80 }),
      async (pieces, size) => {
        const file = Buffer.from(pieces.join(''));
        fc.pre(!Buffer.concat([Buffer.from('\r\n'), file]).includes(`\r\n--${BOUNDARY}`));
        const found = await read(
          form(
            [
              ['Key', 'a/한'],
              ['x-empty', ''],
            ],
            file,
          ),
          size,
        );
        expect([...found.fields]).toEqual([
          ['key', 'a/한'],
          ['x-empty', ''],
        ]);
        expect(found.file.equals(file)).toBe(true);
        expect([found.name, found.mediaType]).toEqual(['a.bin', 'x/y']);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  it('ignores what stands behind the file', async () => {
    const body = form([['key', 'a']], Buffer.from('file'))
      .toString()
      .replace(/--\r\n$/, '\r\nContent-Disposition: form-data; name="key"\r\n\r\nb\r\n');
    const found = await read(Buffer.from(`${body}--${BOUNDARY}--\r\n`));
    expect([found.file.toString(), found.fields.get('key')]).toEqual(['file', 'a']);
  });

  it.each([
    [
      'has no file',
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n--${BOUNDARY}--\r\n`,
      'MalformedPOSTRequest',
    ],
    ['is cut off in a field', `--${BOUNDARY}\r\nContent-Disposition: form-data; name="key"\r\n\r\na`, 'MalformedPOSTRequest'],
    ['is cut off in the file', form([], Buffer.from('file')).subarray(0, -10).toString(), 'MalformedPOSTRequest'],
    ['has a part without a name', `--${BOUNDARY}\r\nContent-Type: a/b\r\n\r\nx\r\n`, 'MalformedPOSTRequest'],
    ['has no boundary', 'x'.repeat(100), 'MalformedPOSTRequest'],
    ['has a field too large', form([['key', 'x'.repeat(30_000)]], Buffer.alloc(0)).toString(), 'MaxMessageLengthExceeded'],
    [
      'has too many fields',
      form(
        Array.from({ length: 150 }, (_, i) => [`f${i}`, ''] as const),
        Buffer.alloc(0),
      ).toString(),
      'MalformedPOSTRequest',
    ],
    [
      'names a field twice',
      form(
        [
          ['key', 'a'],
          ['KEY', 'b'],
        ],
        Buffer.alloc(0),
      ).toString(),
      'InvalidArgument',
    ],
  ])('refuses a form that %s', async (_, body, code) => {
    await expect(read(Buffer.from(body))).rejects.toMatchObject({ code });
  });
});

describe('formBoundary', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data; charset=utf-8; boundary="a b"', 'a b'],
    ['Multipart/Form-Data;boundary=abc;x=y', 'abc'],
    ['multipart/mixed; boundary=abc', null],
    ['application/x-www-form-urlencoded', null],
    [undefined, null],
  ])('of %p is %p', (contentType, want) => {
    expect(formBoundary(contentType)).toBe(want);
  });
});
