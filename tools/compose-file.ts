import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const ROOT = resolve(__dirname, '..');

/** What the checks look at; the whole file is checked against the schema of Compose before. */
const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      build: z.object({ dockerfile: z.string(), target: z.string() }).optional(),
      entrypoint: z.array(z.string()).optional(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.coerce.string()).default({}),
      secrets: z.array(z.string()).default([]),
      ports: z.array(z.string()).default([]),
      networks: z.array(z.string()).default(['default']),
      restart: z.string().optional(),
      user: z.string().optional(),
      read_only: z.boolean().default(false),
      cap_drop: z.array(z.string()).default([]),
      security_opt: z.array(z.string()).default([]),
      healthcheck: z.looseObject({ disable: z.boolean().optional() }).optional(),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
      deploy: z.object({ replicas: z.number() }).optional(),
    }),
  ),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});
export type ComposeFile = z.infer<typeof composeSchema>;
export type ComposeService = ComposeFile['services'][string];

/** The file as Compose reads it with these settings: `${NAME:-default}` and `$$` are the only forms that it uses. */
export function readCompose(settings: Readonly<Record<string, string>> = {}): { raw: unknown; compose: ComposeFile } {
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\$(?:\$|\{(\w+):-([^}]*)\}|)/g, (form, name?: string, otherwise?: string) => {
      if (form === '$$') return '$';
      if (name === undefined) throw new Error(`a form of interpolation that is not known here, in docker-compose.yml: ${form}`);
      return settings[name] ?? otherwise ?? '';
    });
  const raw: unknown = parse(text, { merge: true });
  return { raw, compose: composeSchema.parse(raw) };
}

/** `FROM … AS name` to the last line before the next: instructions with their continuation lines joined. */
export function dockerfileStages(path: string): ReadonlyMap<string, { base: string; instructions: string[] }> {
  const text = readFileSync(join(ROOT, path), 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ');
  const stages = new Map<string, { base: string; instructions: string[] }>();
  let current: { base: string; instructions: string[] } | null = null;
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const [, base, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (base !== undefined && name !== undefined) stages.set(name, (current = { base, instructions: [] }));
    else current?.instructions.push(line);
  }
  return stages;
}

/** A stage's instructions after those of the stages that it stands on. */
export function instructionsOf(path: string, target: string): string[] {
  const stages = dockerfileStages(path);
  const stage = stages.get(target);
  if (stage === undefined) throw new Error(`${path} has no stage ${target}`);
  return [...(stages.has(stage.base) ? instructionsOf(path, stage.base) : []), ...stage.instructions];
}
