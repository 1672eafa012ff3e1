import { S3Error } from '../errors';

/** What stands before the file, as S3 limits it. */
const FIELDS_BYTES_MAX = 20 * 1024;
const PART_HEADER_BYTES_MAX = 8 * 1024;
const FIELDS_MAX = 100;

export interface Form {
  /** Lower-case names, since those of a form ignore case. */
  fields: Map<string, string>;
  file: { name: string; mediaType: string | undefined; content: AsyncIterable<Buffer> };
}

/** The boundary of a `multipart/form-data` content type, or null when it is something else. */
export function formBoundary(contentType: string | undefined): string | null {
  const match = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2] ?? null;
}

/**
 * Reads a form (RFC 7578) up to its file, which is streamed. Like S3 it takes the fields before the file alone: those
 * behind it are read and ignored.
 */
export async function readForm(source: AsyncIterable<Buffer>, boundary: string): Promise<Form> {
  const reader = new DelimitedReader(source);
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  await reader.until(delimiter, FIELDS_BYTES_MAX);
  const fields = new Map<string, string>();
  let fieldBytes = 0;
  for (let count = 0; count < FIELDS_MAX; count += 1) {
    const ending = await reader.until(Buffer.from('\r\n'), PART_HEADER_BYTES_MAX);
    if (ending.toString('latin1').trim() !== '') throw new S3Error('MalformedPOSTRequest', 'The form has no file.');
    const part = parsePartHeaders((await reader.until(Buffer.from('\r\n\r\n'), PART_HEADER_BYTES_MAX)).toString('utf8'));
    if (part.name === 'file')
      return { fields, file: { name: part.filename, mediaType: part.mediaType, content: reader.stream(delimiter) } };
    const value = await reader.until(delimiter, FIELDS_BYTES_MAX);
    fieldBytes += value.length + part.name.length;
    if (fieldBytes > FIELDS_BYTES_MAX) throw new S3Error('MaxMessageLengthExceeded');
    if (fields.has(part.name))
      throw new S3Error('InvalidArgument', `POST requires exactly one ${part.name}.`, { ArgumentName: part.name });
    fields.set(part.name, value.toString('utf8'));
  }
  throw new S3Error('MalformedPOSTRequest', `The form has more than ${FIELDS_MAX} fields.`);
}

function parsePartHeaders(text: string): { name: string; filename: string; mediaType: string | undefined } {
  const headers = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const disposition = headers.get('content-disposition') ?? '';
  const name = /[;\s]name="([^"]*)"/i.exec(disposition)?.[1] ?? '';
  if (name === '') throw new S3Error('MalformedPOSTRequest', 'A part of the form has no name.');
  return {
    name: name.toLowerCase(),
    filename: /[;\s]filename="([^"]*)"/i.exec(disposition)?.[1] ?? '',
    mediaType: headers.get('content-type'),
  };
}

class DelimitedReader {
  private readonly iterator: AsyncIterator<Buffer>;
  // As if a line ended before the body, so that the first boundary looks like all others.
  private held: Buffer = Buffer.from('\r\n');

  constructor(source: AsyncIterable<Buffer>) {
    this.iterator = source[Symbol.asyncIterator]();
  }

  /** What stands before the delimiter, which is passed over. */
  async until(delimiter: Buffer, bytesMax: number): Promise<Buffer> {
    for (;;) {
      const at = this.held.indexOf(delimiter);
      if (at >= 0) {
        const before = this.held.subarray(0, at);
        this.held = this.held.subarray(at + delimiter.length);
        return before;
      }
      if (this.held.length > bytesMax) throw new S3Error('MaxMessageLengthExceeded');
      await this.pull();
    }
  }

  async *stream(delimiter: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.held.indexOf(delimiter);
      if (at >= 0) {
        if (at > 0) yield this.held.subarray(0, at);
        this.held = Buffer.alloc(0);
        for (let rest = await this.iterator.next(); !rest.done; rest = await this.iterator.next());
        return;
      }
      // The end of what is held may be the beginning of the delimiter.
      const certain = this.held.length - delimiter.length + 1;
      if (certain > 0) {
        yield this.held.subarray(0, certain);
        this.held = this.held.subarray(certain);
      }
      await this.pull();
    }
  }

  private async pull(): Promise<void> {
    const next = await this.iterator.next();
    if (next.done) throw new S3Error('MalformedPOSTRequest', 'The form ends before its last boundary.');
    this.held = this.held.length === 0 ? next.value : Buffer.concat([this.held, next.value]);
  }
}
