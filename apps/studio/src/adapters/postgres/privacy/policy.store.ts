import { erasureCertificateSchema, privacyPolicyBody, type ErasureCertificate } from '@stead/contracts/studio';
import { newId } from '@stead/platform/ids';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { CertificateStore, PolicyStore, Trail, type TrailEntry, type TrailNews } from '../../../application/privacy/ports';
import { DEFAULT_POLICY, type PrivacyPolicy } from '../../../domain/privacy/policy';

interface PolicyRow {
  gate: string;
  two_persons: boolean;
  erase_after_days: number | null;
  answer_within_days: number;
  revision: number;
  changed_at: Date;
  changed_by: string;
}

export class PostgresPolicyStore extends PolicyStore {
  async find(tx: Tx, workspaceId: string): Promise<PrivacyPolicy> {
    const row = await tx.maybeOne<PolicyRow>(
      `SELECT gate, two_persons, erase_after_days, answer_within_days, revision, changed_at, changed_by
       FROM studio.privacy_policy WHERE workspace_id = $1::uuid`,
      [workspaceId],
    );
    if (row === null) return DEFAULT_POLICY;
    return {
      gate: privacyPolicyBody.shape.gate.parse(row.gate),
      twoPersons: row.two_persons,
      eraseAfterDays: row.erase_after_days,
      answerWithinDays: row.answer_within_days,
      ...{ revision: row.revision, changedAt: row.changed_at, changedBy: row.changed_by },
    };
  }

  async save(tx: SqlExecutor, workspaceId: string, before: PrivacyPolicy, policy: PrivacyPolicy): Promise<boolean> {
    const { gate, twoPersons, eraseAfterDays, answerWithinDays, revision, changedAt, changedBy } = policy;
    const saved = await tx.execute(
      `INSERT INTO studio.privacy_policy AS p (workspace_id, gate, two_persons, erase_after_days, answer_within_days, revision,
         changed_at, changed_by)
       VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (workspace_id) DO UPDATE SET gate = excluded.gate, two_persons = excluded.two_persons,
         erase_after_days = excluded.erase_after_days, answer_within_days = excluded.answer_within_days, revision = excluded.revision,
         changed_at = excluded.changed_at, changed_by = excluded.changed_by
       WHERE p.revision = $9`,
      [workspaceId, gate, twoPersons, eraseAfterDays, answerWithinDays, revision, changedAt, changedBy, before.revision],
    );
    return saved > 0;
  }
}

interface TrailRow {
  id: string;
  subject: string;
  at: Date;
  by: string;
  what: string;
  details: Record<string, unknown>;
}

export class PostgresTrail extends Trail {
  async add(tx: SqlExecutor, { workspaceId, subject, at, by, what, details }: TrailNews): Promise<void> {
    await tx.execute(
      `INSERT INTO studio.privacy_trail (workspace_id, id, subject, at, "by", what, details)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7::jsonb)`,
      [workspaceId, newId(), subject, at, by, what, JSON.stringify(details)],
    );
  }

  async addOnce(tx: SqlExecutor, { workspaceId, subject, at, by, what, details }: TrailNews): Promise<void> {
    await tx.execute(
      `INSERT INTO studio.privacy_trail (workspace_id, id, subject, at, "by", what, details)
       SELECT $1::uuid, $2::uuid, $3::uuid, $4::timestamptz, $5::text, $6::text, $7::jsonb
       WHERE NOT EXISTS (SELECT 1 FROM studio.privacy_trail t WHERE t.workspace_id = $1::uuid AND t.subject = $3::uuid
         AND t.at > $4::timestamptz - interval '1 hour' AND t."by" = $5::text AND t.what = $6::text AND t.details = $7::jsonb)`,
      [workspaceId, newId(), subject, at, by, what, JSON.stringify(details)],
    );
  }

  async list(tx: Tx, workspaceId: string, subject: string, before: string | null, limit: number): Promise<TrailEntry[]> {
    const rows = await tx.query<TrailRow>(
      `SELECT id, subject, at, "by", what, details FROM studio.privacy_trail
       WHERE workspace_id = $1::uuid AND subject = $2::uuid AND ($3::uuid IS NULL OR id < $3::uuid) ORDER BY id DESC LIMIT $4`,
      [workspaceId, subject, before, limit],
    );
    return rows.map((row) => ({ workspaceId, ...row }));
  }
}

export class PostgresCertificateStore extends CertificateStore {
  async insert(tx: SqlExecutor, { sha256, document }: ErasureCertificate, at: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO studio.erasure_certificate (workspace_id, capture_id, document, sha256, created_at)
       VALUES ($1::uuid, $2::uuid, to_jsonb($3::text), $4, $5) ON CONFLICT DO NOTHING`,
      [document.workspaceId, document.captureId, JSON.stringify(document), sha256, at],
    );
  }

  async find(tx: Tx, workspaceId: string, captureId: string): Promise<ErasureCertificate | null> {
    // Kept as text: the hash is of the bytes, and jsonb orders keys its own way.
    const row = await tx.maybeOne<{ sha256: string; document: string }>(
      `SELECT sha256, document FROM studio.erasure_certificate WHERE workspace_id = $1::uuid AND capture_id = $2::uuid`,
      [workspaceId, captureId],
    );
    return row === null ? null : erasureCertificateSchema.parse({ sha256: row.sha256, document: JSON.parse(row.document) });
  }
}
