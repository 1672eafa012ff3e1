import { parse } from 'yaml';
import { z } from 'zod';
import { containerSchema, type Template } from '../objects/workflow-spec';
import { TemplateError } from './template-error';

type Container = NonNullable<Template['container']>;

/** The part of a pod's spec that may be patched here. Strict: a field that would be ignored is refused by name instead. */
const patchSchema = z.strictObject({
  containers: z.array(z.strictObject({ name: z.string(), resources: containerSchema.shape.resources })).optional(),
});

/**
 * `podSpecPatch`: a strategic merge patch, as YAML or JSON, over the pod that a template makes. Containers are merged by name,
 * amounts one by one. <https://argo-workflows.readthedocs.io/en/latest/fields/#template>
 */
export function patched(container: Container, name: string, patch: string | undefined): Container {
  if (patch === undefined || patch.trim() === '') return container;
  const parsed = patchSchema.safeParse(read(patch));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TemplateError(`podSpecPatch: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
  }
  return (parsed.data.containers ?? []).reduce<Container>((before, change) => {
    if (change.name !== name) throw new TemplateError(`podSpecPatch: this cluster's pods have no container ${change.name}`);
    const { requests, limits } = change.resources ?? {};
    const resources = {
      ...before.resources,
      ...(requests && { requests: { ...before.resources?.requests, ...requests } }),
      ...(limits && { limits: { ...before.resources?.limits, ...limits } }),
    };
    return { ...before, resources };
  }, container);
}

function read(patch: string): unknown {
  try {
    return parse(patch);
  } catch (error) {
    throw new TemplateError(`podSpecPatch is neither YAML nor JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
