/**
 * The condition of a page of a list, newest first, for a table with `workspace_id` ($1), `id` and `created_at`: rows older than
 * the one whose id is the parameter, or all where that is null. One comparison of rows, so that an index on (workspace_id,
 * created_at, id) leads straight to the page. Ids alone do not tell the order: an id made from an idempotency key is no time.
 */
export function olderThan(table: string, alias: string, parameter: string): string {
  return `(${alias}.created_at, ${alias}.id) < (
    coalesce((SELECT last.created_at FROM ${table} last WHERE last.workspace_id = $1::uuid AND last.id = ${parameter}::uuid),
      CASE WHEN ${parameter}::uuid IS NULL THEN 'infinity'::timestamptz END),
    coalesce(${parameter}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))`;
}
