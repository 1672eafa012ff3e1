import { previewVolumeSchema, visibilitySchema } from '@stead/contracts/studio';
import type { Clock } from '@stead/platform/clock';
import type { Database } from '@stead/platform/postgres';
import {
  PublicationReader,
  type Near,
  type NearPlace,
  type PublishedInList,
  type PublishedNearby,
} from '../../application/ports';
import { EARTH_RADIUS_M, surroundingsOf } from '../../domain/earth';
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
  photos: boolean;
  version_id: string;
  bundle_prefix: string;
  manifest_sha256: string;
  contents_key: string | null;
  contents_sha256: string | null;
  contents_bytes: number | null;
}

interface ListRow extends Row {
  sort_id: string;
  published_at: Date;
  latitude: number | null;
  longitude: number | null;
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

const COLUMNS = `p.id, p.workspace_id, p.title, p.visibility, p.embed_sites, p.embed_anywhere, p.preview, p.photos, p.version_id, p.bundle_prefix,
  p.manifest_sha256, p.contents_key, p.contents_sha256, p.contents_bytes`;

const LIST_COLUMNS = `${COLUMNS}, NULL AS password_hash, p.sort_id, p.published_at, ${known('latitude')}, ${known('longitude')}`;

/** Of another manifest than that of the publication it is no news. */
function known(column: string): string {
  return `CASE WHEN p.position_of = p.manifest_sha256 THEN p.${column} END AS ${column}`;
}

/** Along a great circle: the haversine (Sinnott, Sky & Telescope 68, 1984, p. 159), which is exact for short ways too. */
const DISTANCE_M = `${2 * EARTH_RADIUS_M} * asin(least(1, sqrt(
  power(sin(radians(p.latitude - $1::float8) / 2), 2)
  + cos(radians($1::float8)) * cos(radians(p.latitude)) * power(sin(radians(p.longitude - $2::float8) / 2), 2))))`;

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
    const rows = await this.database.query<ListRow>(
      `SELECT ${LIST_COLUMNS} FROM viewing.publication p
       WHERE p.state = 'published' AND p.visibility = 'public' AND ($1::uuid IS NULL OR p.sort_id < $1::uuid)
       ORDER BY p.sort_id DESC LIMIT $2`,
      [before, limit],
    );
    return rows.map(fromListRow);
  }

  /** The ranges of degrees are what an index can be asked for; the distance decides among what lies in them. */
  async listNearby({ centre, radiusM }: Near, after: NearPlace | null, limit: number): Promise<PublishedNearby[]> {
    const { latitudes, longitudes } = surroundingsOf(centre, radiusM);
    const [first = null, second = null] = longitudes;
    const rows = await this.database.query<ListRow & { distance_m: number }>(
      `SELECT * FROM (
         SELECT ${LIST_COLUMNS}, ${DISTANCE_M} AS distance_m FROM viewing.publication p
         WHERE p.state = 'published' AND p.visibility = 'public' AND p.position_of = p.manifest_sha256
           AND p.latitude BETWEEN $3::float8 AND $4::float8
           AND (p.longitude BETWEEN $5::float8 AND $6::float8 OR p.longitude BETWEEN $7::float8 AND $8::float8)
       ) n
       WHERE n.distance_m <= $9::float8 AND ($10::float8 IS NULL OR (n.distance_m, n.sort_id) > ($10::float8, $11::uuid))
       ORDER BY n.distance_m, n.sort_id LIMIT $12`,
      [
        ...[centre.latitude, centre.longitude, ...latitudes, first?.[0], first?.[1], second?.[0] ?? null, second?.[1] ?? null],
        ...[radiusM, after?.distanceM ?? null, after?.sortId ?? null, limit],
      ],
    );
    return rows.map((row) => ({ ...fromListRow(row), distanceM: row.distance_m }));
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

function fromListRow(row: ListRow): PublishedInList {
  const { latitude, longitude, sort_id: sortId, published_at: publishedAt } = row;
  const position = latitude === null || longitude === null ? null : { latitude, longitude };
  return { ...fromRow(row), sortId, publishedAt, position };
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
    photos: row.photos,
    versionId: row.version_id,
    bundlePrefix: row.bundle_prefix,
    manifestSha256: row.manifest_sha256,
    contents: key === null || sha256 === null || bytes === null ? null : { key, sha256, bytes },
  };
}
