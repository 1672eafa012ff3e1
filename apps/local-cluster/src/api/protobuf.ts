import { ApiError } from './api-error';

/**
 * Some commands of kubectl send their objects as protobuf and no other way. The envelope is four bytes and a
 * `runtime.Unknown`; the messages are those of <https://github.com/kubernetes/api>, in the fields that are acted on here.
 */
export const PROTOBUF_MEDIA_TYPE = 'application/vnd.kubernetes.protobuf';

type Shape = 'text' | 'base64' | 'text-map' | 'base64-map' | Message;
interface Message {
  [fieldNumber: number]: readonly [name: string, shape: Shape];
}

const METADATA: Message = {
  1: ['name', 'text'],
  2: ['generateName', 'text'],
  3: ['namespace', 'text'],
  11: ['labels', 'text-map'],
  12: ['annotations', 'text-map'],
};
const RESOURCE_ATTRIBUTES: Message = {
  1: ['namespace', 'text'],
  2: ['verb', 'text'],
  3: ['group', 'text'],
  4: ['version', 'text'],
  5: ['resource', 'text'],
  6: ['subresource', 'text'],
  7: ['name', 'text'],
};
const NON_RESOURCE_ATTRIBUTES: Message = { 1: ['path', 'text'], 2: ['verb', 'text'] };

const KINDS: Readonly<Record<string, Message>> = {
  ConfigMap: { 1: ['metadata', METADATA], 2: ['data', 'text-map'], 3: ['binaryData', 'base64-map'] },
  Secret: { 1: ['metadata', METADATA], 2: ['data', 'base64-map'], 3: ['type', 'text'], 4: ['stringData', 'text-map'] },
  Namespace: { 1: ['metadata', METADATA] },
  SelfSubjectAccessReview: {
    2: ['spec', { 1: ['resourceAttributes', RESOURCE_ATTRIBUTES], 2: ['nonResourceAttributes', NON_RESOURCE_ATTRIBUTES] }],
  },
  SelfSubjectRulesReview: { 2: ['spec', { 1: ['namespace', 'text'] }] },
  SelfSubjectReview: {},
};

const MAGIC = Buffer.from('k8s\0', 'latin1');
const UNKNOWN: Message = { 1: ['typeMeta', { 1: ['apiVersion', 'text'], 2: ['kind', 'text'] }], 2: ['raw', 'base64'] };

export function decodeProtobuf(body: Buffer): object {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw new ApiError('BadRequest', 'the body is no protobuf of Kubernetes');
  // The envelope has just these fields, by its own description.
  const { typeMeta, raw } = read(body.subarray(MAGIC.length), UNKNOWN) as {
    typeMeta?: { apiVersion?: string; kind?: string };
    raw?: string;
  };
  const { apiVersion = '', kind = '' } = typeMeta ?? {};
  const message = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (message === undefined)
    throw new ApiError('UnsupportedMediaType', `a ${kind} is not understood as protobuf; send JSON or YAML`);
  return { apiVersion, kind, metadata: {}, ...read(Buffer.from(raw ?? '', 'base64'), message) };
}

function read(bytes: Buffer, message: Message): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { number, content } of fieldsOf(bytes)) {
    const field = message[number];
    if (field === undefined || content === null) continue;
    const [name, shape] = field;
    if (shape === 'text-map' || shape === 'base64-map') {
      const entry = read(content, { 1: ['key', 'text'], 2: ['value', shape === 'text-map' ? 'text' : 'base64'] });
      result[name] = { ...(result[name] as object | undefined), [String(entry['key'] ?? '')]: entry['value'] ?? '' }; // maps come entry by entry
    } else if (shape === 'text' || shape === 'base64') result[name] = content.toString(shape === 'text' ? 'utf8' : 'base64');
    else result[name] = read(content, shape);
  }
  return result;
}

/** Fields of other types than bytes have no content here; none of them is acted on. */
function* fieldsOf(bytes: Buffer): Iterable<{ number: number; content: Buffer | null }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw new ApiError('BadRequest', 'the protobuf ends too early');
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ApiError('BadRequest', 'a number of the protobuf is too long');
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag & 7;
    let content: Buffer | null = null;
    if (wireType === 0) varint();
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else if (wireType === 2) {
      const length = varint();
      content = bytes.subarray(at, at + length);
      if (content.length < length) throw new ApiError('BadRequest', 'the protobuf ends too early');
      at += length;
    } else throw new ApiError('BadRequest', `a field of the protobuf has the unknown type ${wireType}`);
    yield { number: Math.floor(tag / 8), content };
  }
}
