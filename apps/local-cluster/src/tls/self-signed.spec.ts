import { X509Certificate } from 'node:crypto';
import { isUsable, selfSigned } from './self-signed';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const made = selfSigned(['127.0.0.1', 'localhost', '::1'], NOW);

test('the certificate vouches for itself, for its hosts alone, from now on', () => {
  const certificate = new X509Certificate(made.certificatePem);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.ca).toBe(true);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkIP('::1')).toBeDefined();
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('10.0.0.1')).toBeUndefined();
  expect(Date.parse(certificate.validFrom)).toBeLessThan(NOW);
});

test.each<[string, Parameters<typeof isUsable>, boolean]>([
  ['as it was made', [made, ['127.0.0.1'], NOW], true],
  ['for another host', [made, ['10.0.0.1'], NOW], false],
  ['when it is about to end', [made, ['127.0.0.1'], NOW + 800 * 86_400_000], false],
  ['with the key of another', [{ ...made, keyPem: selfSigned(['127.0.0.1'], NOW).keyPem }, ['127.0.0.1'], NOW], false],
  ['when it is none', [{ ...made, certificatePem: 'none' }, ['127.0.0.1'], NOW], false],
])('a certificate %s: usable is %s', (_, parameters, want) => {
  expect(isUsable(...parameters)).toBe(want);
});
