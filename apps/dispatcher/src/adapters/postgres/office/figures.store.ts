import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { FiguresStore, type SetFigures } from '../../../application/office/ports';

type Row = SetFigures['figures'] & Pick<SetFigures, 'name' | 'revision'>;

const FIGURES = `name, price_per_gpu_hour AS "pricePerGpuHour", elastic_slots AS "elasticSlots", boot_seconds AS "bootSeconds", revision`;

export class PostgresFiguresStore extends FiguresStore {
  async list(tx: Tx): Promise<SetFigures[]> {
    return (await tx.query<Row>(`SELECT ${FIGURES} FROM dispatcher.cluster_figures`, [])).map(fromRow);
  }

  async find(tx: Tx, name: string): Promise<SetFigures | null> {
    const row = await tx.maybeOne<Row>(`SELECT ${FIGURES} FROM dispatcher.cluster_figures WHERE name = $1`, [name]);
    return row === null ? null : fromRow(row);
  }

  async set(tx: SqlExecutor, { name, figures, revision }: SetFigures, at: Date): Promise<boolean> {
    const changed = await tx.execute(
      `INSERT INTO dispatcher.cluster_figures AS f (name, price_per_gpu_hour, elastic_slots, boot_seconds, revision, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (name) DO UPDATE SET price_per_gpu_hour = $2, elastic_slots = $3, boot_seconds = $4, revision = $5, updated_at = $6
       WHERE f.revision = $5 - 1`,
      [name, figures.pricePerGpuHour, figures.elasticSlots, figures.bootSeconds, revision, at],
    );
    return changed > 0;
  }
}

function fromRow({ name, revision, ...figures }: Row): SetFigures {
  return { name, figures, revision };
}
