import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../config';

const SECRET = 'not-for-any-log';
const STORE = { endpoint: 'https://s3.cloud.example', bucket: 'stead-cloud', region: 'eu-central-1' };
const BASE = {
  DATABASE_URL: 'postgres://localhost/stead',
  WORKER_DATABASE_URL: 'postgres://localhost/stead',
  REDIS_URL: 'redis://localhost',
  IDENTITY_KEY: 'a-secret-of-tests-that-guards-nothing-at-all',
  S3_ENDPOINT: 'http://127.0.0.1:9000',
  S3_BUCKET: 'stead',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
};

describe("a cluster's own object store", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'stead-config-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  function envOf(objectStore: unknown, more: Record<string, string> = {}): Record<string, string> {
    const site = { name: 'cloud', kind: 'cloud', kubeconfig: '/etc/stead/cloud', namespace: 'stead', pricePerGpuHour: 2 };
    return { ...BASE, ...more, CLUSTERS: JSON.stringify([{ ...site, ...(objectStore === undefined ? {} : { objectStore }) }]) };
  }
  function file(name: string, content: string): string {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  }

  it('is none unless it is named', () => {
    expect(loadConfig(envOf(undefined)).clusterStores.size).toBe(0);
  });

  it('has its credentials in a file, in variables, or in files that variables name', () => {
    const path = file('both.json', JSON.stringify({ accessKeyId: 'key', secretAccessKey: SECRET }));
    const variables = { accessKeyIdVariable: 'CLOUD_KEY_ID', secretAccessKeyVariable: 'CLOUD_SECRET' };
    const want = { ...STORE, forcePathStyle: true, accessKeyId: 'key', secretAccessKey: SECRET };
    const stores = [
      envOf({ ...STORE, credentials: { file: path } }),
      envOf({ ...STORE, credentials: variables }, { CLOUD_KEY_ID: 'key', CLOUD_SECRET: SECRET }),
      envOf({ ...STORE, credentials: variables }, { CLOUD_KEY_ID: 'key', CLOUD_SECRET_FILE: file('secret', `${SECRET}\n`) }),
    ].map((env) => loadConfig(env).clusterStores.get('cloud'));
    expect(stores).toEqual([want, want, want]);
  });

  it.each([
    ['a file that is not there', { file: '/not/there' }, 'cannot read /not/there (ENOENT)'],
    ['a variable that is not set', { accessKeyIdVariable: 'A', secretAccessKeyVariable: 'B' }, 'A is not set'],
    ['credentials in plain sight', { accessKeyId: 'key', secretAccessKey: SECRET }, 'objectStore.credentials'],
  ])('is refused with %s', (_name, credentials, problem) => {
    const refused = (): unknown => loadConfig(envOf({ ...STORE, credentials }));
    expect(refused).toThrow(problem);
    expect(refused).not.toThrow(SECRET);
  });

  it('is refused without a word of what the file holds', () => {
    const path = file('broken.json', `{"accessKeyId": "key", "secretAccessKey": "${SECRET}"`);
    const refused = (): unknown => loadConfig(envOf({ ...STORE, credentials: { file: path } }));
    expect(refused).toThrow('does not hold JSON with accessKeyId and secretAccessKey');
    expect(refused).not.toThrow(SECRET);
  });

  it('leaves no credentials in what is known of the cluster itself', () => {
    const path = file('kept.json', JSON.stringify({ accessKeyId: 'key', secretAccessKey: SECRET }));
    expect(JSON.stringify(loadConfig(envOf({ ...STORE, credentials: { file: path } })).CLUSTERS)).not.toContain(SECRET);
  });
});
