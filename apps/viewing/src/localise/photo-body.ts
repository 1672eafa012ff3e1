import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { lensQuery, PHOTO_BYTES_MAX, type KnownLens } from '@stead/contracts/viewing';
import { fieldProblems, isAppError, platformError, type AppError } from '@stead/platform/errors';
import { localiseError } from './errors';

/** Boundaries, headers and fields of a form around its photo. */
const FORM_BYTES_MAX = 64 * 1024;

/** A photo as it came over HTTP. Its bytes are no property, so that what looks into bodies does not walk them one by one. */
export class PhotoBody {
  readonly #bytes: Buffer;

  constructor(
    bytes: Buffer,
    readonly lens: KnownLens,
  ) {
    this.#bytes = bytes;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }
}

/** Takes photos as the body itself, whatever image it says that it is, or as the field `photo` of a form. */
export function installPhotoBodies(fastify: FastifyInstance): void {
  for (const type of [/^image\//, 'application/octet-stream'])
    fastify.addContentTypeParser(type, async (request: FastifyRequest, payload: IncomingMessage) =>
      photoOf(await readBounded(request, payload, PHOTO_BYTES_MAX), {}),
    );
  fastify.addContentTypeParser('multipart/form-data', async (request: FastifyRequest, payload: IncomingMessage) =>
    photoOfForm(await readBounded(request, payload, PHOTO_BYTES_MAX + FORM_BYTES_MAX), request.headers['content-type'] ?? ''),
  );
}

async function readBounded({ headers }: FastifyRequest, payload: AsyncIterable<Buffer>, bytesMax: number): Promise<Buffer> {
  if (Number(headers['content-length'] ?? 0) > bytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of payload) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function photoOf(bytes: Buffer, lens: KnownLens): PhotoBody {
  if (bytes.length > PHOTO_BYTES_MAX) throw tooLarge();
  if (bytes.length === 0) throw missing('The photo is empty. Send a JPEG, PNG or WebP');
  return new PhotoBody(bytes, lens);
}

async function photoOfForm(bytes: Buffer, contentType: string): Promise<PhotoBody> {
  try {
    const form = await new Response(Uint8Array.from(bytes), { headers: { 'content-type': contentType } }).formData();
    const photo = form.get('photo');
    if (photo === null || typeof photo === 'string')
      throw missing('The form has no photo. Send it as the field `photo`, as a file');
    const fields = [...form.entries()].filter(([name]) => name !== 'photo');
    const given = Object.fromEntries(fields);
    const lens = lensQuery.safeParse(given);
    if (!lens.success) {
      const errors = fieldProblems(lens.error, given);
      throw platformError['invalid-request'](`${errors[0]?.pointer ?? ''}: ${errors[0]?.detail ?? ''}`, { errors });
    }
    return photoOf(Buffer.from(await photo.arrayBuffer()), lens.data);
  } catch (error) {
    if (isAppError(error)) throw error;
    throw platformError['malformed-body'](
      'The form cannot be read. Send multipart/form-data with the photo as the field `photo`',
    );
  }
}

function missing(detail: string): AppError {
  return localiseError['photo-unreadable'](detail, { errors: [{ pointer: '/photo', detail }] });
}

function tooLarge(): AppError {
  return platformError['body-too-large']('The photo is over 8 MiB. Send it as JPEG with 1600 pixels on its longer side');
}
