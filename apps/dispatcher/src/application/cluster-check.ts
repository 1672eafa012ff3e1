/** A kubeconfig: a file of this machine, which an operator vouches for, or text that somebody has sent. */
export type KubeconfigSource = { path: string } | { text: string };

export interface ClusterCheckRequest {
  /** How people call the cluster; may be new. */
  name: string;
  kubeconfig: KubeconfigSource;
  /** Of the kubeconfig; its current one by default. */
  context?: string;
  /** That of the context by default. */
  namespace?: string;
  /** The pipelines that the cluster has to offer. */
  pipelines: readonly string[];
  /** The clusters that are registered already. */
  others: readonly KnownCluster[];
}

export interface KnownCluster {
  name: string;
  identities: readonly string[];
  pipelines: Readonly<Record<string, PipelineShape>>;
}

/** What a run relies on in a pipeline, whatever else differs between clusters. */
export interface PipelineShape {
  parameters: readonly { name: string; hasDefault: boolean }[];
  /** The steps of each entrypoint, and what each waits for. */
  entrypoints: Readonly<Record<string, readonly StepShape[]>>;
}

export interface StepShape {
  name: string;
  after: readonly string[];
}

export const FINDING_CODES = [
  ...['kubeconfig-unreadable', 'kubeconfig-incomplete', 'kubeconfig-not-self-contained', 'kubeconfig-unusable'],
  ...['address-unknown', 'address-dead', 'no-answer', 'not-https', 'not-kubernetes', 'not-ready'],
  ...['certificate-untrusted', 'certificate-for-other-host', 'certificate-expired'],
  ...['token-refused', 'permission-missing', 'permissions-unknown', 'namespace-missing'],
  ...['argo-missing', 'argo-too-old', 'argo-version-unknown', 'workflow-refused'],
  ...['pipeline-missing', 'pipeline-different', 'same-cluster', 'clock-skew', 'no-gpu'],
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

export interface Finding {
  code: FindingCode;
  /** `error`: runs must not be placed there as it is. `warning`: they may, and somebody should know. */
  severity: 'error' | 'warning';
  /** One sentence: what is so, with the names and values that make it checkable. */
  detail: string;
  /** What to do about it. */
  fix: string;
}

export interface ArgoVersion {
  /** `4.1.2`, or `4` where only so much can be told. */
  version: string;
  major: number;
  /** What it was told from. */
  from: string;
}

export interface ClusterReport {
  name: string;
  server: string | null;
  context: string | null;
  namespace: string | null;
  kubernetes: string | null;
  argo: ArgoVersion | null;
  /** Two entries that share one of these are one cluster. */
  identities: readonly string[];
  pipelines: Readonly<Record<string, PipelineShape>>;
  /** GPUs that are there now; null when nodes cannot be read. */
  gpus: number | null;
  findings: readonly Finding[];
  /** Nothing of severity `error` was found. */
  usable: boolean;
}

/** Looks at a cluster before anything is placed there. Reads, asks what it may do, and tries one creation without making it. */
export abstract class ClusterCheck {
  abstract check(request: ClusterCheckRequest): Promise<ClusterReport>;
}
