import type { KubeAnswer, KubeRequest, KubeTransport } from '@stead/platform/kube';
import { z } from 'zod';

export interface RawAnswer extends KubeAnswer {
  /** The body as JSON; null when it is none. */
  json: unknown;
  /** Of a `Status`; empty for any other body. */
  reason: string;
  message: string;
  /** The fields that a `Status` names as causes. */
  fields: readonly string[];
}

export type RawRequest = Omit<KubeRequest, 'timeoutMs'> & { timeoutMs?: number };

const statusSchema = z.looseObject({
  kind: z.literal('Status'),
  reason: z.string().default(''),
  message: z.string().default(''),
  details: z.looseObject({ causes: z.array(z.looseObject({ field: z.string().default('') })).default([]) }).nullish(),
});

/** Calls whose answers are looked at as they are: status, reason, causes. Only a line that fails is an error. */
export class RawApi {
  constructor(
    private readonly transport: KubeTransport,
    private readonly callTimeoutMs: number,
    private readonly onExchange: (request: RawRequest, answer: RawAnswer) => void = () => undefined,
  ) {}

  async ask(request: RawRequest): Promise<RawAnswer> {
    const answer = read(await this.transport.exchange({ timeoutMs: this.callTimeoutMs, ...request }));
    this.onExchange(request, answer);
    return answer;
  }

  get(path: string, query?: RawRequest['query'], accept?: string): Promise<RawAnswer> {
    return this.ask({ method: 'GET', path, ...(query && { query }), ...(accept !== undefined && { accept }) });
  }
}

function read(answer: KubeAnswer): RawAnswer {
  const json = parseJson(answer.body);
  const status = statusSchema.safeParse(json);
  const { reason, message, details } = status.success ? status.data : { reason: '', message: '', details: null };
  return { ...answer, json, reason, message, fields: details?.causes.map(({ field }) => field) ?? [] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
