import { createHash } from 'node:crypto';
import { bundleManifestSchema, keys, redactionPlanSchema } from '@stead/contracts/pipeline';
import type { BundleManifest, RedactionPlan, RunParams } from '@stead/contracts/pipeline';
import { z } from 'zod';
import type { Blobs } from './ports';
import { StepError } from './step';

const PLAN_BYTES_MAX = 256 * 1024 * 1024;
const MANIFEST_BYTES_MAX = 16 * 1024 * 1024;

/** What a run with the entrypoint `redaction` begins with. */
export interface Redaction {
  plan: RedactionPlan;
  /** The manifest of the bundle that it changes. */
  base: BundleManifest;
}

/** The plan of a run and the bundle that it speaks of, and a digest of both. */
export async function readRedaction(
  blobs: Blobs,
  { workspaceId, runId, captureId }: Pick<RunParams, 'workspaceId' | 'runId' | 'captureId'>,
): Promise<{ redaction: Redaction; sha256: string }> {
  const planBytes = await blobs.read(keys.redactionPlan(workspaceId, runId), PLAN_BYTES_MAX);
  if (planBytes === null) throw new StepError('data', 'redaction-plan-missing', `Run ${runId} has no redaction plan`);
  const plan = parsed(redactionPlanSchema, planBytes, 'redaction-plan-malformed');
  checkPlan(plan);
  const { bundlePrefix, manifestSha256 } = plan.base;
  if (!bundlePrefix.startsWith(keys.workspacePrefix(workspaceId)) || bundlePrefix.split('/').includes('..')) {
    throw malformed(`base.bundlePrefix: "${bundlePrefix}" is not a place of this workspace`);
  }
  const bytes = await blobs.read(`${bundlePrefix}manifest.json`, MANIFEST_BYTES_MAX);
  if (bytes === null) throw new StepError('data', 'base-missing', `There is no bundle at ${bundlePrefix}`);
  const sha256 = digest(bytes);
  if (sha256 !== manifestSha256) {
    throw new StepError(
      'data',
      'base-changed',
      `The manifest at ${bundlePrefix} has sha256 ${sha256}, and the plan is for ${manifestSha256}`,
    );
  }
  const base = parsed(bundleManifestSchema, bytes, 'base-malformed');
  if (base.workspaceId !== workspaceId || base.captureId !== captureId) {
    throw malformed(`base: the bundle at ${bundlePrefix} was made of another capture`);
  }
  return { redaction: { plan, base }, sha256: digest(Buffer.from(`${digest(planBytes)} ${sha256}`)) };
}

/** What a schema of its single parts cannot say. */
function checkPlan({ pictures, originals }: RedactionPlan): void {
  if (pictures.length > 0 && originals === null)
    throw malformed('pictures: there are no originals to make them from (originals is null)');
  const seen = new Set<string>();
  for (const { image } of pictures) {
    if (seen.has(image)) throw malformed(`pictures: ${image} is listed twice`);
    seen.add(image);
  }
}

function parsed<T>(schema: z.ZodType<T>, bytes: Buffer, code: string): T {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new StepError('data', code, `It is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const result = schema.safeParse(value);
  if (!result.success) throw new StepError('data', code, z.prettifyError(result.error));
  return result.data;
}

function malformed(detail: string): StepError {
  return new StepError('data', 'redaction-plan-malformed', detail);
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
