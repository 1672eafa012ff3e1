import { statSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { KubeError } from './kube-error';

/** Where a cluster is and who we are there. */
export interface KubeTarget {
  server: URL;
  headers: Record<string, string>;
  agent: http.Agent;
}

/** A kubeconfig that is no file: `read` gives its text, and may throw where it cannot be had; errors call it `label`. */
export interface InlineKubeconfig {
  readonly label: string;
  read(): string;
}

/** Tokens of cloud clusters live for minutes; the client library renews them when it is asked. */
const REFRESH_MS = 30_000;
const SOCKETS_MAX = 64;

/**
 * The kubeconfig as the official client reads it (certificates, tokens, exec plugins, OIDC), behind one keep-alive agent: the
 * library itself opens a new connection for each call. The file is read again when it changes.
 */
export class KubeCredentials {
  private config: KubeConfig | null = null;
  private fileStamp = '';
  private target: KubeTarget | null = null;
  private refreshedAtMs = -Infinity;
  private agentKey = '';
  private closed = false;

  constructor(
    private readonly cluster: string,
    private readonly kubeconfig: string | InlineKubeconfig,
    private readonly context: string | undefined,
  ) {}

  async get(): Promise<KubeTarget> {
    if (this.closed) throw new KubeError(this.cluster, 'unavailable', 'the client was closed');
    const nowMs = performance.now();
    if (this.target !== null && nowMs - this.refreshedAtMs < REFRESH_MS && !this.fileChanged()) return this.target;
    const config = this.load();
    const options: https.RequestOptions & { auth?: string | null } = {};
    try {
      await config.applyToHTTPSOptions(options);
    } catch (cause) {
      throw this.misconfigured(cause);
    }
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw this.misconfigured(new Error('the current context names no cluster'));
    const server = new URL(cluster.server);
    const headers = headersOf(options);
    this.target = { server, headers, agent: this.agentFor(server, options, cluster.proxyUrl !== undefined) };
    this.refreshedAtMs = nowMs;
    return this.target;
  }

  /** Also ends what is under way: whoever closes the client waits for no answer any more. */
  close(): void {
    this.closed = true;
    this.target?.agent.destroy();
    this.target = null;
  }

  private load(): KubeConfig {
    if (this.config !== null && !this.fileChanged()) return this.config;
    try {
      // Loaded at the first use: it costs a third of a second and some 60 MB, which a process without clusters need not pay.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const library = require('@kubernetes/client-node') as typeof import('@kubernetes/client-node', {
        with: { 'resolution-mode': 'import' },
      });
      const config = new library.KubeConfig();
      if (typeof this.kubeconfig === 'string') config.loadFromFile(this.kubeconfig);
      else config.loadFromString(this.kubeconfig.read());
      if (this.context !== undefined) config.setCurrentContext(this.context);
      this.fileStamp = stampOf(this.kubeconfig);
      this.config = config;
      return config;
    } catch (cause) {
      throw this.misconfigured(cause);
    }
  }

  private fileChanged(): boolean {
    return stampOf(this.kubeconfig) !== this.fileStamp;
  }

  /** The agent lives as long as the TLS material stays the same, so connections survive a renewed token. */
  private agentFor(server: URL, options: https.RequestOptions, viaProxy: boolean): http.Agent {
    if (viaProxy && options.agent instanceof http.Agent) return options.agent;
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
    const tls = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
    const agentKey = `${server.origin} ${JSON.stringify(tls)}`;
    if (this.target !== null && agentKey === this.agentKey) return this.target.agent;
    this.target?.agent.destroy();
    this.agentKey = agentKey;
    const common = { keepAlive: true, maxSockets: SOCKETS_MAX, scheduling: 'lifo' as const };
    if (server.protocol === 'http:') return new http.Agent(common);
    const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
    return new https.Agent({ ...common, ...given });
  }

  private misconfigured(cause: unknown): KubeError {
    const why = cause instanceof Error ? cause.message : String(cause);
    const which = typeof this.kubeconfig === 'string' ? this.kubeconfig : this.kubeconfig.label;
    return new KubeError(this.cluster, 'misconfigured', `kubeconfig ${which}: ${why}`, null, null, { cause });
  }
}

function headersOf(options: https.RequestOptions & { auth?: string | null }): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name] = value;
  }
  if (typeof options.auth === 'string') headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

function stampOf(path: string | InlineKubeconfig): string {
  if (typeof path !== 'string') return 'inline';
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 'absent' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}
