import { previewVolumeSchema, visibilitySchema } from '@stead/contracts/studio';
import type { Clock } from '@stead/platform/clock';
import type { Database } from '@stead/platform/postgres';
import { PublicationReader, type PublishedInList } from '../../application/ports';
import type { Published, ShareLink } from '../../domain/place';
import { FreshRows } from '../fresh-rows';

/** NOTIFY channel on which the writer names a publication, or a share link, that has changed. */
export const CHANNEL = 'stead_publication';

interface Row {
  id: string;
  workspace_id: string;
  title: string;
  visibility: string;
  password_hash: string | null;
  embed_sites: string[] | null;
  embed_anywhere: boolean;
  preview: unknown;
  version_id: string;
  bundle_prefix: string;
  manifest_sha256: string;
  contents_key: string | null;
  contents_sha256: string | null;
  contents_bytes: number | null;
}

interface LinkRow {
  id: string;
  workspace_id: string;
  publication_id: string;
  password_hash: string | null;
  expires_at: Date | null;
  views_max: number | null;
  download: boolean;
}

const COLUMNS = `p.id, p.workspace_id, p.title, p.visibility, p.embed_sites, p.embed_anywhere, p.preview, p.version_id, p.bundle_prefix,
  p.manifest_sha256, p.contents_key, p.contents_sha256, p.contents_bytes`;

/** Reads what is published, and the ways to it, as the role that can see nothing else. */
export class PostgresPublicationReader extends PublicationReader {
  private readonly publications: FreshRows<Published>;
  private readonly links: FreshRows<ShareLink>;
  private unlisten: () => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly database: Database,
    clock: Clock,
  ) {
    super();
    this.publications = new FreshRows(clock, (id) => this.read(id));
    this.links = new FreshRows(clock, (id) => this.readLink(id));
  }

  async start(): Promise<void> {
    this.unlisten = await this.database.listen(CHANNEL, (id) => {
      this.publications.forget(id);
      this.links.forget(id);
    });
  }

  async stop(): Promise<void> {
    await this.unlisten();
  }

  find(id: string): Promise<Published | null> {
    return this.publications.find(id);
  }

  findLink(id: string): Promise<ShareLink | null> {
    return this.links.find(id);
  }

  async listPublic(before: string | null, limit: number): Promise<PublishedInList[]> {
    const rows = await this.database.query<Row & { sort_id: string; published_at: Date }>(
      `SELECT ${COLUMNS}, NULL AS password_hash, p.sort_id, p.published_at FROM viewing.publication p
       WHERE p.state = 'published' AND p.visibility = 'public' AND ($1::uuid IS NULL OR p.sort_id < $1::uuid)
       ORDER BY p.sort_id DESC LIMIT $2`,
      [before, limit],
    );
    return rows.map((row) => ({ ...fromRow(row), sortId: row.sort_id, publishedAt: row.published_at }));
  }

  private async read(id: string): Promise<Published | null> {
    const [row] = await this.database.query<Row>(
      `SELECT ${COLUMNS}, w.password_hash FROM viewing.publication p
       LEFT JOIN viewing.publication_password w ON w.publication_id = p.id AND w.workspace_id = p.workspace_id
       WHERE p.id = $1::uuid AND p.state = 'published'`,
      [id],
    );
    return row === undefined ? null : fromRow(row);
  }

  private async readLink(id: string): Promise<ShareLink | null> {
    const [row] = await this.database.query<LinkRow>(
      `SELECT id, workspace_id, publication_id, password_hash, expires_at, views_max, download FROM viewing.share_link
       WHERE id = $1::uuid AND state = 'active'`,
      [id],
    );
    if (row === undefined) return null;
    const { id: linkId, workspace_id: workspaceId, publication_id: publicationId, password_hash: passwordHash } = row;
    const { expires_at: expiresAt, views_max: viewsMax, download } = row;
    return { id: linkId, workspaceId, publicationId, passwordHash, expiresAt, viewsMax, download };
  }
}

function fromRow(row: Row): Published {
  const { contents_key: key, contents_sha256: sha256, contents_bytes: bytes } = row;
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    title: row.title,
    visibility: visibilitySchema.parse(row.visibility),
    passwordHash: row.password_hash,
    embedSites: row.embed_anywhere ? null : (row.embed_sites ?? []),
    preview: previewVolumeSchema.nullable().parse(row.preview),
    versionId: row.version_id,
    bundlePrefix: row.bundle_prefix,
    manifestSha256: row.manifest_sha256,
    contents: key === null || sha256 === null || bytes === null ? null : { key, sha256, bytes },
  };
}
