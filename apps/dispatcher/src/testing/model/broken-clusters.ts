import { isKubeError, type Workflow } from '@stead/platform/kube';
import { RUN_LABEL, SPEC_HASH_ANNOTATION, type Attempt } from '../../domain/run';
import type { LeaderParts } from './leader';
import type { SimulatedCluster } from './simulated-cluster';
import type { World } from './world';

export function inventNames(cluster: SimulatedCluster): void {
  const create = cluster.create.bind(cluster);
  cluster.create = (manifest) => {
    try {
      return create(manifest);
    } catch (error) {
      if (!isKubeError(error)) throw error;
      const there = cluster.workflows.get(manifest.metadata.name)?.manifest.metadata.labels;
      if (there?.[RUN_LABEL.attempt] !== manifest.metadata.labels[RUN_LABEL.attempt]) throw error;
      const name = `${manifest.metadata.name}-${cluster.workflows.size}`;
      return create({ ...manifest, metadata: { ...manifest.metadata, name } });
    }
  };
}

export function adoptAnything(parts: LeaderParts, { database }: World): LeaderParts {
  for (const api of parts.apis) {
    const get = api.getWorkflow.bind(api);
    api.getWorkflow = async (name) => {
      const there = await get(name);
      const attempt = [...database.attempts.rows.values()].find((one) => one.workflow === name);
      return there === null || attempt === undefined ? there : disguised(there, attempt);
    };
  }
  return parts;
}

function disguised(workflow: Workflow, { id, specHash }: Attempt): Workflow {
  const { metadata } = workflow;
  const labels = { ...metadata.labels, [RUN_LABEL.attempt]: id };
  const annotations = { ...metadata.annotations, [SPEC_HASH_ANNOTATION]: specHash ?? '' };
  return { ...workflow, metadata: { ...metadata, labels, annotations } };
}

export function withoutSweep(parts: LeaderParts): LeaderParts {
  for (const site of parts.sitesHere) {
    const tick = site.tick.bind(site);
    site.tick = () => {
      tick();
      site.swept();
    };
  }
  return parts;
}

export function neverTell(parts: LeaderParts): LeaderParts {
  for (const api of parts.apis) api.patchShutdown = () => Promise.resolve(true);
  return parts;
}

export function forgetHolds(parts: LeaderParts): LeaderParts {
  for (const site of parts.sitesHere) {
    const observe = site.observe.bind(site);
    site.observe = (asked) => observe(asked, []);
  }
  return parts;
}

export function impatient(parts: LeaderParts): LeaderParts {
  for (const site of parts.sitesHere) {
    const tick = site.tick.bind(site);
    site.tick = () => {
      tick();
      const { silentSinceMs } = site.health;
      if (silentSinceMs !== null) site.probe.health = { ...site.health, silentSinceMs: -3_600_000 };
    };
  }
  return parts;
}

/** It takes no gap between two looks at the clock for a pause of its own. */
export function sleepless(parts: LeaderParts): LeaderParts {
  for (const site of parts.sitesHere) {
    const tick = site.tick.bind(site);
    site.tick = () => {
      site.probe.health = { ...site.health, tickedMs: parts.clock.monotonicMs() };
      tick();
    };
  }
  return parts;
}
