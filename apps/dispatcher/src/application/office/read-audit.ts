import type { AuditEntryView, ListAuditQuery } from '@stead/contracts/dispatcher';
import type { AuditEntry, AuditStore, OfficeWork } from './ports';

/** What operators did, the newest first. */
export class ReadAudit {
  constructor(
    private readonly work: OfficeWork,
    private readonly audit: AuditStore,
  ) {}

  /** One more than `limit`, if there is one. */
  async list(query: ListAuditQuery, before: string | null): Promise<AuditEntryView[]> {
    return (await this.work.run((tx) => this.audit.page(tx, query, before, query.limit + 1))).map(present);
  }
}

function present({ actorKind, actorId, at, ...entry }: AuditEntry): AuditEntryView {
  return { ...entry, at: at.toISOString(), actor: { kind: actorKind, id: actorId } };
}
