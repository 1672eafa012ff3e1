import { z } from 'zod';
import { S3Error } from '../errors';
import { credentialsOf, parseCredential, type Authority } from './authenticate';
import { ALGORITHM, hmac, sameSignature, signingKey } from './signature-v4';

/** <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html> */
const conditionSchema = z.union([
  z.tuple([z.string(), z.string().startsWith('$'), z.string()]),
  z.tuple([z.string(), z.coerce.number().int().min(0), z.coerce.number().int().min(0)]),
  z.record(z.string(), z.string()),
]);
const policySchema = z.object({ expiration: z.string(), conditions: z.array(conditionSchema).max(200) });

export interface PostPolicy {
  /** How many bytes the file may have. */
  bytes: { min: number; max: number } | null;
}

/** Fields that no condition has to name. */
const FREE_FIELDS = /^(x-amz-signature|policy|file|x-ignore-.*)$/;

/**
 * Whoever signed the policy allows anybody to upload by a form, within its conditions. Checks the signature, the expiry
 * and every condition on the fields; fields without a condition are refused. The size is left to who reads the file.
 */
export function verifyPost(
  fields: ReadonlyMap<string, string>,
  bucket: string,
  authority: Authority,
): PostPolicy & { accessKeyId: string } {
  const encoded = fields.get('policy');
  const signature = fields.get('x-amz-signature');
  if (encoded === undefined || signature === undefined) throw new S3Error('AccessDenied', 'The form has no signed policy.');
  if (fields.get('x-amz-algorithm') !== ALGORITHM) throw new S3Error('InvalidArgument', `x-amz-algorithm must be ${ALGORITHM}.`);
  const { accessKeyId, scope } = parseCredential(
    fields.get('x-amz-credential') ?? '',
    authority,
    'AuthorizationQueryParametersError',
  );
  const key = signingKey(credentialsOf(accessKeyId, authority).secretAccessKey, scope);
  if (!sameSignature(hmac(key, encoded).toString('hex'), signature)) throw new S3Error('SignatureDoesNotMatch');
  const policy = parsePolicy(encoded);
  const expiresAtMs = Date.parse(policy.expiration);
  if (Number.isNaN(expiresAtMs)) throw new S3Error('InvalidPolicyDocument', "Invalid Policy: Invalid 'expiration' value");
  if (authority.now() > expiresAtMs) throw refused('Policy expired.');
  return { accessKeyId, bytes: assertConditions(policy.conditions, new Map([...fields, ['bucket', bucket]])) };
}

function parsePolicy(encoded: string): z.infer<typeof policySchema> {
  try {
    return policySchema.parse(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  } catch (error) {
    throw new S3Error(
      'InvalidPolicyDocument',
      'Invalid Policy: it is not JSON, or not of the form that a policy has.',
      {},
      { cause: error },
    );
  }
}

function assertConditions(
  conditions: z.infer<typeof conditionSchema>[],
  fields: ReadonlyMap<string, string>,
): PostPolicy['bytes'] {
  const named = new Set<string>(['bucket']);
  let bytes: PostPolicy['bytes'] = null;
  const hold = (operator: string, name: string, wanted: string): void => {
    const field = name.toLowerCase();
    named.add(field);
    const value = fields.get(field) ?? '';
    if (!holds(operator, field, value, wanted))
      throw refused(`Policy Condition failed: ["${operator}", "$${name}", "${wanted}"]`);
  };
  for (const condition of conditions) {
    if (!Array.isArray(condition)) {
      for (const [name, wanted] of Object.entries(condition)) hold('eq', name, wanted);
      continue;
    }
    const [operator, second, third] = condition;
    const kind = operator.toLowerCase();
    if (typeof second === 'string' && typeof third === 'string' && (kind === 'eq' || kind === 'starts-with'))
      hold(kind, second.slice(1), third);
    else if (typeof second === 'number' && typeof third === 'number' && kind === 'content-length-range')
      bytes = { min: second, max: third };
    else throw new S3Error('InvalidPolicyDocument', `Invalid Policy: unknown condition "${operator}"`);
  }
  const extra = [...fields.keys()].filter((name) => !named.has(name) && !FREE_FIELDS.test(name));
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`);
  return bytes;
}

function holds(operator: string, field: string, value: string, wanted: string): boolean {
  if (operator === 'eq') return value === wanted;
  // Several media types may be given; each has to fit.
  const values = field === 'content-type' ? value.split(',').map((one) => one.trim()) : [value];
  return values.every((one) => one.startsWith(wanted));
}

function refused(reason: string): S3Error {
  return new S3Error('AccessDenied', `Invalid according to Policy: ${reason}`);
}
