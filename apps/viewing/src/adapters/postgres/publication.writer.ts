import type { PayloadOf } from '@stead/contracts/messaging';
import type { publicationChanged, publicationPasswordChanged, shareLinkChanged } from '@stead/contracts/studio';
import { newId } from '@stead/platform/ids';
import type { Database } from '@stead/platform/postgres';
import { PublicationWriter } from '../../application/ports';
import { CHANNEL } from './publication.reader';

export class PostgresPublicationWriter extends PublicationWriter {
  constructor(private readonly database: Database) {
    super();
  }

  async apply(workspaceId: string, news: PayloadOf<typeof publicationChanged>): Promise<void> {
    const { publicationId, revision, state, visibility, title, versionId, bundlePrefix, manifestSha256, contents } = news;
    const { embedSites, preview, photos } = news;
    await this.database.tenantTx(workspaceId, (tx) =>
      tx.execute(
        `WITH changed AS (
           INSERT INTO viewing.publication AS p
             (workspace_id, id, sort_id, revision, state, visibility, title, version_id, bundle_prefix, manifest_sha256, published_at,
              contents_key, contents_sha256, contents_bytes, embed_sites, embed_anywhere, preview, photos)
           VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8::uuid, $9, $10, now(), $11, $12, $13, $14::text[], $15, $16::jsonb, $17)
           ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, state = excluded.state, visibility = excluded.visibility,
             title = excluded.title, version_id = excluded.version_id, bundle_prefix = excluded.bundle_prefix,
             manifest_sha256 = excluded.manifest_sha256, contents_key = excluded.contents_key,
             contents_sha256 = excluded.contents_sha256, contents_bytes = excluded.contents_bytes,
             embed_sites = excluded.embed_sites, embed_anywhere = excluded.embed_anywhere,
             preview = excluded.preview, photos = excluded.photos, position_due = now(), position_tries = 0
           WHERE p.revision < excluded.revision AND p.workspace_id = excluded.workspace_id
           RETURNING id
         ) SELECT pg_notify('${CHANNEL}', id::text) FROM changed`,
        [
          ...[workspaceId, publicationId, newId(), revision, state, visibility, title, versionId, bundlePrefix, manifestSha256],
          ...[contents?.key ?? null, contents?.sha256 ?? null, contents?.bytes ?? null],
          ...[embedSites ?? [], embedSites === null, preview === null ? null : JSON.stringify(preview), photos],
        ],
      ),
    );
  }

  async applyPassword(workspaceId: string, news: PayloadOf<typeof publicationPasswordChanged>): Promise<void> {
    const { publicationId, revision, passwordHash } = news;
    await this.database.tenantTx(workspaceId, (tx) =>
      tx.execute(
        `WITH changed AS (
           INSERT INTO viewing.publication_password AS p (workspace_id, publication_id, revision, password_hash)
           VALUES ($1::uuid, $2::uuid, $3, $4)
           ON CONFLICT (publication_id) DO UPDATE SET revision = excluded.revision, password_hash = excluded.password_hash
           WHERE p.revision < excluded.revision AND p.workspace_id = excluded.workspace_id
           RETURNING publication_id
         ) SELECT pg_notify('${CHANNEL}', publication_id::text) FROM changed`,
        [workspaceId, publicationId, revision, passwordHash],
      ),
    );
  }

  async applyLink(workspaceId: string, news: PayloadOf<typeof shareLinkChanged>): Promise<void> {
    const { linkId, publicationId, revision, state, passwordHash, expiresAt, viewsMax, download } = news;
    await this.database.tenantTx(workspaceId, (tx) =>
      tx.execute(
        `WITH changed AS (
           INSERT INTO viewing.share_link AS l
             (workspace_id, id, publication_id, revision, state, password_hash, expires_at, views_max, download)
           VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, state = excluded.state, password_hash = excluded.password_hash,
             expires_at = excluded.expires_at, views_max = excluded.views_max, download = excluded.download
           WHERE l.revision < excluded.revision AND l.workspace_id = excluded.workspace_id
           RETURNING id
         ) SELECT pg_notify('${CHANNEL}', id::text) FROM changed`,
        [workspaceId, linkId, publicationId, revision, state, passwordHash, expiresAt, viewsMax, download],
      ),
    );
  }
}
