import { z } from 'zod';
import type { ArgoVersion, ClusterCheckRequest, Finding, KnownCluster, PipelineShape } from '../../../application/cluster-check';
import { expiryOf, type ReadKubeconfig } from './kubeconfig';
import { differencesBetween } from './pipeline-shape';
import type { RawAnswer } from './raw-api';

const ARGO_MAJOR_MIN = 4;
/** Tokens and certificates are judged by the clock, and people compare times of logs; `Date` counts whole seconds. */
const SKEW_MAX_MS = 10_000;

const versionSchema = z.looseObject({ gitVersion: z.string() });

/** What answers there, if it is no API server that knows us. */
export function strangerFinding(version: RawAnswer, config: ReadKubeconfig, nowMs: number): Finding | null {
  const { status, body, json, reason } = version;
  if (status === 401) return refusedFinding(config, nowMs);
  if (status === 400 && /HTTP request to an HTTPS server/i.test(body)) {
    const detail = `${config.server} cannot be used: it speaks TLS, and the address says http.`;
    return { code: 'not-https', severity: 'error', detail, fix: 'Use https:// for it, with its certificate authority.' };
  }
  if (kubernetesVersion(json) !== null || reason === 'Forbidden') return null;
  const detail = `What answers at ${config.server} is no Kubernetes API server: ${status} ${body.slice(0, 80).trim()}.`;
  return { code: 'not-kubernetes', severity: 'error', detail, fix: 'Take the address from `kubectl cluster-info`.' };
}

export function kubernetesVersion(json: unknown): string | null {
  return versionSchema.safeParse(json).data?.gitVersion ?? null;
}

export function refusedFinding(config: ReadKubeconfig, nowMs: number): Finding {
  return {
    ...{ code: 'token-refused', severity: 'error' },
    detail: `${config.server} does not take the credentials of the context ${config.context} (401 Unauthorized).${expiryOf(config, nowMs)}`,
    fix: 'Issue a new token (`kubectl create token dispatcher --duration=8760h`), and put it into the kubeconfig.',
  };
}

export function namespaceMissing(namespace: string): Finding {
  return {
    ...{ code: 'namespace-missing', severity: 'error', detail: `The cluster has no namespace ${namespace}.` },
    fix: `kubectl create namespace ${namespace}; kubectl -n ${namespace} apply -f deploy/argo`,
  };
}

export const ARGO_MISSING: Finding = {
  ...{ code: 'argo-missing', severity: 'error' },
  detail: 'The cluster has no Argo Workflows: it does not serve argoproj.io/v1alpha1 workflows.',
  fix: 'Install Argo Workflows 4: https://argo-workflows.readthedocs.io/en/latest/installation/.',
};

export const NO_GPU: Finding = {
  ...{ code: 'no-gpu', severity: 'warning' },
  detail: 'No node has a GPU (`nvidia.com/gpu` or a MIG device in `status.allocatable`), and no pool could add one.',
  fix: 'Install the device plugin on nodes that have GPUs; without them only runs that need none can be placed here.',
};

export function argoFinding(argo: ArgoVersion | null): Finding | null {
  if (argo === null) {
    return {
      ...{ code: 'argo-version-unknown', severity: 'warning' },
      detail: 'Which Argo Workflows runs there cannot be told: no pod shows its image, and its CRDs carry no schema.',
      fix: 'Run `npm run conformance`: it runs workflows, whose pods show the version, and tries what the dispatcher relies on.',
    };
  }
  if (argo.major >= ARGO_MAJOR_MIN) return null;
  const detail = `Argo Workflows ${argo.version} runs there (told from ${argo.from}); ${ARGO_MAJOR_MIN} is needed.`;
  return { code: 'argo-too-old', severity: 'error', detail, fix: 'https://argo-workflows.readthedocs.io/en/latest/upgrading/' };
}

export function readinessFinding({ status, body }: RawAnswer, server: string): Finding | null {
  if (status === 200 || status === 403) return null;
  const detail = `${server} says that it is not ready (${status} ${body.slice(0, 200).trim()}).`;
  const fix = 'Look at the API server and its etcd: `kubectl get --raw /readyz?verbose`.';
  return { code: 'not-ready', severity: 'error', detail, fix };
}

/** By the header `Date` of an answer, against the middle of the time that the answer took. */
export function skewFinding({ headers }: RawAnswer, nowMs: number): Finding | null {
  const skewMs = Date.parse(headers.date ?? '') - nowMs;
  if (Number.isNaN(skewMs) || Math.abs(skewMs) <= SKEW_MAX_MS) return null;
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const detail = `The clock of the cluster is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the clock here.`;
  const fix = 'Run NTP on both sides: tokens expire, and logs are read, by these clocks.';
  return { code: 'clock-skew', severity: 'warning', detail, fix };
}

export function sameFinding(other: KnownCluster, identities: readonly string[]): Finding | null {
  const shared = other.identities.find((identity) => identities.includes(identity));
  if (shared === undefined) return null;
  const by = shared.startsWith('kube-system:') ? 'the uid of its namespace kube-system' : 'its address and certificate authority';
  const detail = `It is the cluster that is registered as ${other.name}, by ${by}.`;
  const fix = `Change ${other.name} instead: two entries would count its room twice.`;
  return { code: 'same-cluster', severity: 'error', detail, fix };
}

export function workflowRefused({ status, message }: RawAnswer, namespace: string): Finding {
  const detail = `The cluster refuses a plain workflow in ${namespace}: ${status} ${message}.`;
  const fix = 'Look at its quotas, admission policies and webhooks; a webhook of Argo that is down looks like this, too.';
  return { code: 'workflow-refused', severity: 'error', detail, fix };
}

export function pipelineFindings(
  { pipelines, others, name: cluster }: ClusterCheckRequest,
  namespace: string,
  shapes: Readonly<Record<string, PipelineShape>>,
): Finding[] {
  return pipelines.flatMap((name): Finding[] => {
    const ours = shapes[name];
    if (ours === undefined) {
      const detail = `The pipeline ${name} is missing: ${namespace} has no WorkflowTemplate of that name.`;
      const fix = `kubectl -n ${namespace} apply -f deploy/argo/${name}.yaml`;
      return [{ code: 'pipeline-missing', severity: 'error', detail, fix }];
    }
    return others.flatMap((other) => {
      const theirs = other.pipelines[name];
      const differences = theirs === undefined ? [] : differencesBetween(ours, theirs);
      if (differences.length === 0) return [];
      const detail = `The pipeline ${name} differs from the one on ${other.name}: ${differences.join('; ')}.`;
      const fix = `Apply the same deploy/argo/${name}.yaml to ${cluster} and ${other.name}; a changed pipeline gets a new name.`;
      return [{ code: 'pipeline-different', severity: 'error', detail, fix }];
    });
  });
}
