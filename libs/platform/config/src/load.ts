import { readFileSync } from 'node:fs';
import { z } from 'zod';

type Env = Readonly<Record<string, string | undefined>>;

/** Every problem of a configuration at once, one per line, each naming its variable. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads a configuration from an environment. A variable `X` may instead be given as `X_FILE`, the path of a file that
 * holds its value (how secrets are mounted). Pure but for reading those files; the result is frozen.
 */
export function loadFrom<Schema extends z.ZodType>(schema: Schema, env: Env): Readonly<z.infer<Schema>> {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  const known = variablesOf(schema);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '') continue;
    // Only our own variables: a broken `X_FILE` of somebody else stops nothing here.
    if (!name.endsWith('_FILE') || known?.has(name) === true || known?.has(name.slice(0, -'_FILE'.length)) === false) {
      values[name] ??= value;
      continue;
    }
    try {
      values[name.slice(0, -'_FILE'.length)] = readFileSync(value, 'utf8').trim();
    } catch (error) {
      problems.push(`${name}: cannot read ${value} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  const result = schema.safeParse(values);
  if (!result.success) {
    for (const issue of result.error.issues) problems.push(`${issue.path.join('.') || '(whole)'}: ${issue.message}`);
  }
  if (problems.length > 0 || !result.success) throw new ConfigError(problems);
  return Object.freeze(result.data);
}

/** A secret of at least 32 characters; it is generated at the first start and never has a default. */
export const secret = z.string().min(32, 'must be a generated secret of at least 32 characters');
export const port = z.coerce.number().int().min(0).max(65_535);
export const url = z.url();
export const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');

/** The variables that a schema names; null where it cannot be told. */
function variablesOf(schema: unknown): ReadonlySet<string> | null {
  if (schema instanceof z.ZodObject) return new Set(Object.keys(schema.shape));
  if (schema instanceof z.ZodPipe) return variablesOf(schema.in);
  if (!(schema instanceof z.ZodIntersection)) return null;
  const [left, right] = [variablesOf(schema.def.left), variablesOf(schema.def.right)];
  return left === null || right === null ? null : new Set([...left, ...right]);
}
