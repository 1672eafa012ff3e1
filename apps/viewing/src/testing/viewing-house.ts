import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Redis } from 'ioredis';
import type { PayloadOf } from '@stead/contracts/messaging';
import { publicationChanged, publicationPasswordChanged, shareLinkChanged } from '@stead/contracts/studio';
import { publicationViewSchema, type PublicationView } from '@stead/contracts/viewing';
import { IDENTITY_HEADER, IdentitySigner, type Actor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { Lifecycle } from '@stead/platform/lifecycle';
import { createLogger } from '@stead/platform/logging';
import { S3ObjectStore } from '@stead/platform/object-store';
import { BullClient } from '@stead/platform/queue';
import { openParts, startApi, startWorkers, type ServiceParts } from '@stead/platform/service';
import { freshDatabase, freshObjectStore, freshRedis, until } from '@stead/testing/servers';
import { loadConfig, type ViewingConfig } from '../config';
import { viewingService } from '../service';
import { storeBundle, type StoredBundle } from './bundle.builder';
import { StudioStandIn } from './studio.stand-in';

export type News = PayloadOf<typeof publicationChanged>;
export type PasswordNews = PayloadOf<typeof publicationPasswordChanged>;
export type LinkNews = PayloadOf<typeof shareLinkChanged>;
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}
interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  as?: Actor;
}

export const TILE_TOKEN_KEY = 'a tile key of more than thirty-two characters';
const IDENTITY_KEY = 'an-identity-key-of-more-than-32-characters';

/** Viewing over HTTP and queue; studio is played at the wire. */
export class ViewingHouse {
  readonly workspaceId = randomUUID();
  private readonly signer = new IdentitySigner(IDENTITY_KEY);

  private constructor(
    readonly parts: ServiceParts<ViewingConfig>,
    readonly store: S3ObjectStore,
    readonly bundle: StoredBundle,
    readonly studio: StudioStandIn,
    readonly base: string,
    private readonly client: BullClient,
    private readonly lifecycle: Lifecycle,
  ) {}

  static async open(): Promise<ViewingHouse> {
    // Stops what was started, also where not everything could be.
    const lifecycle = new Lifecycle(createLogger({ service: 'viewing-test', level: 'error' }));
    const s3 = await freshObjectStore();
    lifecycle.add('object store', () => s3.stop());
    const [fresh, redis] = await Promise.all([freshDatabase({ contexts: ['viewing'] }), freshRedis()]);
    lifecycle.add('database', () => fresh.drop());
    const studio = await StudioStandIn.open(IDENTITY_KEY);
    lifecycle.add('studio', () => studio.close());
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: fresh.apiUrl('viewing'),
      WORKER_DATABASE_URL: fresh.workerUrl('viewing'),
      REDIS_URL: redis.url,
      IDENTITY_KEY,
      LOG_LEVEL: 'error',
      TILE_TOKEN_KEY,
      STUDIO_URL: studio.url,
      ...s3.env,
    });
    const parts = openParts('viewing', 'viewing', config);
    lifecycle.add('parts', () => parts.close());
    const store = new S3ObjectStore(config.objectStore);
    lifecycle.add('store client', () => store.close());
    await store.ensureBucket();
    const bundle = await storeBundle(store);
    const base = await startApi(viewingService, parts, lifecycle);
    await startWorkers(viewingService, parts, lifecycle);
    const clientRedis = new Redis(redis.url, { maxRetriesPerRequest: null });
    lifecycle.add('redis', () => clientRedis.disconnect());
    const client = new BullClient(clientRedis, () => undefined);
    lifecycle.add('client', () => client.close());
    return new ViewingHouse(parts, store, bundle, studio, base, client, lifecycle);
  }

  close(): Promise<void> {
    return this.lifecycle.stop();
  }

  tell(
    message: typeof publicationChanged | typeof publicationPasswordChanged | typeof shareLinkChanged,
    payload: News | PasswordNews | LinkNews,
    from: string = this.workspaceId,
  ): Promise<void> {
    const [id, at] = [newId(), new Date().toISOString()];
    const envelope = { id, origin: 'elsewhere', workspaceId: from, requestId: 'test-request', at, payload };
    return this.client.emitAll([{ receiver: 'viewing', message, envelope }]);
  }

  /** Returns when viewing knows it. */
  async announce(change: Partial<News> = {}, from: string = this.workspaceId): Promise<News> {
    const news: News = {
      publicationId: randomUUID(),
      revision: 1,
      state: 'published',
      visibility: 'link',
      title: 'Great hall',
      spaceMapId: randomUUID(),
      versionId: randomUUID(),
      bundlePrefix: this.bundle.prefix,
      manifestSha256: this.bundle.manifestSha256,
      ...{ contents: null, embedSites: null, preview: null, photos: true },
      ...change,
    };
    await this.tell(publicationChanged, news, from);
    await this.untilKnown('publication', news.publicationId, news.revision);
    return news;
  }

  /** Of a publication that asks for one. */
  async announceWithPassword(passwordHash: string): Promise<News> {
    const publicationId = randomUUID();
    await this.tell(publicationPasswordChanged, { publicationId, revision: 1, passwordHash });
    await this.untilKnown('publication_password', publicationId, 1);
    return this.announce({ publicationId, visibility: 'password' });
  }

  async announceLink(change: Partial<LinkNews> & Pick<LinkNews, 'publicationId'>): Promise<LinkNews> {
    const news: LinkNews = {
      ...{
        linkId: randomUUID(),
        revision: 1,
        state: 'active',
        passwordHash: null,
        expiresAt: null,
        viewsMax: null,
        download: false,
      },
      ...change,
    };
    await this.tell(shareLinkChanged, news);
    await this.untilKnown('share_link', news.linkId, news.revision);
    return news;
  }

  /** Sends a path as it is: `fetch` would tidy it up first. */
  send(path: string, { method = 'GET', headers = {}, body, as }: Sent = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(this.base);
      const identity = as === undefined ? {} : { [IDENTITY_HEADER]: this.signer.sign(as) };
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const sent = httpRequest({ hostname, port, path, method, headers: { ...identity, ...type, ...headers } }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }));
        answer.on('error', reject);
      });
      sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    return this.send(path, { method, headers });
  }

  /** Status and code of a refusal. */
  async code(path: string, sent: Sent = {}): Promise<[number, unknown]> {
    const { status, body } = await this.send(path, sent);
    return [status, jsonOf(body)['code']];
  }

  async view(id: string): Promise<PublicationView> {
    return publicationViewSchema.parse(jsonOf((await this.get(`/v1/publications/${id}`)).body));
  }

  private async untilKnown(
    table: 'publication' | 'publication_password' | 'share_link',
    id: string,
    revision: number,
  ): Promise<void> {
    await until('the news is known', async () => {
      const rows = await this.parts.worker.query<{ revision: number }>(
        `SELECT revision FROM viewing.${table} WHERE ${table === 'publication_password' ? 'publication_id' : 'id'} = $1`,
        [id],
      );
      return (rows[0]?.revision ?? 0) >= revision;
    });
  }
}

export function jsonOf(body: Buffer): Record<string, unknown> {
  return JSON.parse(body.toString()) as Record<string, unknown>;
}

export function tileUrlOf(viewed: Pick<PublicationView, 'tilesetUrl'>, path: string): string {
  return viewed.tilesetUrl.replace('tiles/tileset.json', path);
}
