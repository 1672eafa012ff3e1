import { visibilitySchema } from '@stead/contracts/studio';
import type { Clock } from '@stead/platform/clock';
import type { Database } from '@stead/platform/postgres';
import { PublicationReader, type Published, type PublishedInList } from '../../application/ports';

/** NOTIFY channel on which the writer names a publication that has changed. */
export const CHANNEL = 'stead_publication';

/** A withdrawal whose notification was lost takes effect after this while. */
const FRESH_MS = 700;
const ENTRIES_MAX = 20_000;

interface Row {
  id: string;
  title: string;
  visibility: string;
  version_id: string;
  bundle_prefix: string;
  manifest_sha256: string;
  contents_key: string | null;
  contents_sha256: string | null;
  contents_bytes: number | null;
}

interface Entry {
  untilMs: number;
  answer: Promise<Published | null>;
}

const COLUMNS =
  'id, title, visibility, version_id, bundle_prefix, manifest_sha256, contents_key, contents_sha256, contents_bytes';

/**
 * Reads what is published, as the role that can see nothing else. Hundreds of tiles a second ask for the same row: an answer is
 * kept for less than a second, and thrown away at once when the row changes. A database that does not answer is an error and
 * not the old answer: what was withdrawn must not come back because of an outage.
 */
export class PostgresPublicationReader extends PublicationReader {
  private readonly entries = new Map<string, Entry>();
  private unlisten: () => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async start(): Promise<void> {
    this.unlisten = await this.database.listen(CHANNEL, (id) => this.entries.delete(id));
  }

  async stop(): Promise<void> {
    await this.unlisten();
  }

  find(id: string): Promise<Published | null> {
    const nowMs = this.clock.monotonicMs();
    const known = this.entries.get(id);
    if (known !== undefined && known.untilMs > nowMs) return known.answer;
    if (this.entries.size >= ENTRIES_MAX) this.entries.clear();
    // Counted from the question, not from the answer: a slow answer is old when it comes.
    const entry: Entry = { untilMs: nowMs + FRESH_MS, answer: this.read(id) };
    this.entries.set(id, entry);
    entry.answer.catch(() => {
      if (this.entries.get(id) === entry) this.entries.delete(id);
    });
    return entry.answer;
  }

  async listPublic(before: string | null, limit: number): Promise<PublishedInList[]> {
    const rows = await this.database.query<Row & { sort_id: string; published_at: Date }>(
      `SELECT ${COLUMNS}, sort_id, published_at FROM viewing.publication
       WHERE state = 'published' AND visibility = 'public' AND ($1::uuid IS NULL OR sort_id < $1::uuid) ORDER BY sort_id DESC LIMIT $2`,
      [before, limit],
    );
    return rows.map((row) => ({ ...fromRow(row), sortId: row.sort_id, publishedAt: row.published_at }));
  }

  private async read(id: string): Promise<Published | null> {
    const [row] = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM viewing.publication WHERE id = $1::uuid AND state = 'published'`,
      [id],
    );
    return row === undefined ? null : fromRow(row);
  }
}

function fromRow(row: Row): Published {
  const { contents_key: key, contents_sha256: sha256, contents_bytes: bytes } = row;
  return {
    id: row.id,
    title: row.title,
    visibility: visibilitySchema.parse(row.visibility),
    versionId: row.version_id,
    bundlePrefix: row.bundle_prefix,
    manifestSha256: row.manifest_sha256,
    contents: key === null || sha256 === null || bytes === null ? null : { key, sha256, bytes },
  };
}
