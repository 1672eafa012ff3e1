import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { captureManifestSchema, keys } from '@stead/contracts/pipeline';
import { newId } from '@stead/platform/ids';
import { S3ObjectStore, loadObjectStoreConfig } from '@stead/platform/object-store';
import { Vault, sealBytes } from '@stead/platform/sealed-objects';
import { Program } from './program';
import { StoreProxy } from './store-proxy';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test-secret-access-key' };
const BUCKET = 'stead-test';
/** Both stores of a test have steps that open the same captures. */
const VAULT_KEY = 'a-vault-key-of-these-tests-and-no-other';

interface CaptureShape {
  kind: 'photos' | 'pointcloud';
  extension: string;
  isSealed?: boolean;
}

/** An object store as a process of its own, with a proxy through which only the dispatcher asks it. */
export class TestStore {
  private program: Program | null = null;
  private port = '0';

  private constructor(
    readonly name: string,
    private readonly folder: string,
  ) {}

  /** What steps and tests ask. */
  env: Readonly<Record<string, string>> = {};
  proxy!: StoreProxy; // set by `start`, which is the only way to one
  objects!: S3ObjectStore; // likewise

  static async start(name: string, folder: string): Promise<TestStore> {
    const store = new TestStore(name, join(folder, `store-${name}`));
    mkdirSync(store.folder, { recursive: true });
    writeFileSync(store.credentialsFile, JSON.stringify(CREDENTIALS), { mode: 0o600 });
    await store.run();
    store.proxy = await StoreProxy.start(store.env['S3_ENDPOINT'] ?? '');
    store.objects = new S3ObjectStore(loadObjectStoreConfig(store.env));
    await store.objects.ensureBucket();
    return store;
  }

  /** What the dispatcher asks, where this is the primary store. */
  get dispatcherEnv(): Record<string, string> & { S3_ENDPOINT: string } {
    return { ...this.env, S3_ENDPOINT: this.proxy.url };
  }

  /** How a cluster's configuration names it. */
  get clusterEntry(): { endpoint: string; bucket: string; credentials: { file: string } } {
    return { endpoint: this.proxy.url, bucket: BUCKET, credentials: { file: this.credentialsFile } };
  }

  signal(name: NodeJS.Signals): void {
    this.program?.signal(name);
  }

  /** As a power cut would end it. */
  async kill(): Promise<void> {
    await this.program?.kill();
  }

  /** Where it was, with what it has. */
  async restart(): Promise<void> {
    await this.run();
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    this.objects.close();
    await this.program?.stop();
  }

  /** A capture of these files, as it looks once it has been verified. Its id. */
  async putCapture(
    workspaceId: string,
    files: readonly Buffer[],
    captureId = newId(),
    { kind, extension, isSealed = false }: CaptureShape = { kind: 'photos', extension: 'bin' },
  ): Promise<string> {
    const entries = [];
    const place = keys.captureSeal(workspaceId, captureId);
    const seal = isSealed ? new Vault([VAULT_KEY]).create(place) : null;
    if (seal !== null) await this.objects.put(place, seal.document, { mediaType: 'application/json' });
    for (const [index, bytes] of files.entries()) {
      const fileId = newId();
      const key = keys.captureFile(workspaceId, captureId, fileId);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const stored = seal === null ? bytes : sealBytes(seal.key, { name: key, sha256 }, bytes);
      await this.objects.put(key, stored, { mediaType: 'application/octet-stream' });
      entries.push({
        fileId,
        key,
        name: `${index}.${extension}`,
        bytes: bytes.length,
        sha256,
        mediaType: 'application/octet-stream',
      });
    }
    const manifest = captureManifestSchema.parse({ schemaVersion: 1, captureId, workspaceId, kind, files: entries });
    const key = keys.captureManifest(workspaceId, captureId);
    await this.objects.put(key, Buffer.from(JSON.stringify(manifest)), { mediaType: 'application/json' });
    return captureId;
  }

  private get credentialsFile(): string {
    return join(this.folder, 'credentials.json');
  }

  private async run(): Promise<void> {
    this.program = await Program.start(
      'apps/local-store/src/main.ts',
      {
        STORE_FOLDER: join(this.folder, 'objects'),
        STORE_PORT: this.port,
        STORE_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        STORE_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      },
      (line) => line['event'] === 'listening',
    );
    const url = String(this.program.ready['url']);
    this.port = new URL(url).port;
    this.env = {
      S3_ENDPOINT: url,
      S3_BUCKET: BUCKET,
      S3_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      S3_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      VAULT_KEY,
    };
  }
}
