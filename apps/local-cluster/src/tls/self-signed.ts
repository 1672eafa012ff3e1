import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { bitString, explicit, integer, objectId, octetString, sequence, set, time, utf8String, tagged, boolean } from './der';

export interface KeyAndCertificate {
  keyPem: string;
  certificatePem: string;
}

const DAY_MS = 86_400_000;
/** Clients of some systems refuse certificates that are valid for longer. */
const VALID_DAYS = 820;
const RENEW_DAYS = 60;

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
} as const;

/**
 * A certificate that vouches for itself, for the addresses of one server: kubectl sends a token over TLS only. Clients find
 * it in the kubeconfig as the authority to trust. The form is RFC 5280's, the signature ECDSA over P-256.
 */
export function selfSigned(hosts: readonly string[], now: number): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const name = sequence(set(sequence(objectId(OID.commonName), utf8String('local-cluster'))));
  const extensions = sequence(
    extension(OID.basicConstraints, sequence(boolean(true))),
    // digitalSignature and keyCertSign: bits 0 and 5.
    extension(OID.keyUsage, bitString(Buffer.from([0b1000_0100]), 2)),
    extension(OID.subjectAltName, sequence(...hosts.map(altName))),
  );
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    name,
    sequence(time(now - DAY_MS), time(now + VALID_DAYS * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, extensions),
  );
  const certificate = sequence(body, algorithm, bitString(sign('sha256', body, privateKey), 0));
  return { keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificatePem: pem(certificate) };
}

/** Whether a certificate still serves: for these addresses, for a while, and with this key. */
export function isUsable({ keyPem, certificatePem }: KeyAndCertificate, hosts: readonly string[], now: number): boolean {
  try {
    const certificate = new X509Certificate(certificatePem);
    const covers = hosts.every(
      (host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined,
    );
    const lasts = Date.parse(certificate.validTo) > now + RENEW_DAYS * DAY_MS;
    return covers && lasts && certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

function extension(oid: string, value: Buffer): Buffer {
  return sequence(objectId(oid), octetString(value));
}

function altName(host: string): Buffer {
  if (isIP(host) === 0) return tagged(2, Buffer.from(host, 'ascii'));
  return tagged(7, isIP(host) === 4 ? Buffer.from(host.split('.').map(Number)) : ipv6(host));
}

function ipv6(host: string): Buffer {
  const [head = '', tail] = host.split('::');
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Positive and without a leading zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
