import type { PayloadOf } from '@stead/contracts/messaging';
import type { publicationChanged } from '@stead/contracts/studio';
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
    await this.database.tenantTx(workspaceId, (tx) =>
      tx.execute(
        `WITH changed AS (
           INSERT INTO viewing.publication AS p
             (workspace_id, id, sort_id, revision, state, visibility, title, version_id, bundle_prefix, manifest_sha256, published_at,
              contents_key, contents_sha256, contents_bytes)
           VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8::uuid, $9, $10, now(), $11, $12, $13)
           ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, state = excluded.state, visibility = excluded.visibility,
             title = excluded.title, version_id = excluded.version_id, bundle_prefix = excluded.bundle_prefix,
             manifest_sha256 = excluded.manifest_sha256, contents_key = excluded.contents_key,
             contents_sha256 = excluded.contents_sha256, contents_bytes = excluded.contents_bytes
           WHERE p.revision < excluded.revision AND p.workspace_id = excluded.workspace_id
           RETURNING id
         ) SELECT pg_notify('${CHANNEL}', id::text) FROM changed`,
        [
          ...[workspaceId, publicationId, newId(), revision, state, visibility, title, versionId, bundlePrefix, manifestSha256],
          ...[contents?.key ?? null, contents?.sha256 ?? null, contents?.bytes ?? null],
        ],
      ),
    );
  }
}
