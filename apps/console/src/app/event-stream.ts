import type { Credential } from '@stead/web/api-client';

export interface StreamEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

const RETRY_MS = 1_000;
const RETRY_MAX_MS = 15_000;

/**
 * Follows the one event stream of this tab for ever, from where it broke. It is read with fetch because EventSource cannot
 * send a credential in a header, and a credential in a URL ends up in logs.
 */
export async function followEvents(
  credential: Credential,
  signal: AbortSignal,
  onEvent: (event: StreamEvent) => void,
  onState: (live: boolean) => void,
): Promise<void> {
  let lastId: string | null = null;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const key = typeof credential === 'function' ? await credential() : credential;
      const headers: Record<string, string> = { authorization: `Bearer ${key}` };
      if (lastId !== null) headers['last-event-id'] = lastId;
      const response = await fetch('/v1/events', { headers, signal });
      if (response.status === 401 && typeof credential === 'function') await credential(key);
      if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
      onState(true);
      failures = 0;
      for await (const { id, event } of parseBlocks(response.body.pipeThrough(new TextDecoderStream()))) {
        lastId = id ?? lastId;
        if (event !== null) onEvent(event);
      }
    } catch {
      failures += 1; // network or server trouble: the state line says so, and the loop tries again
    }
    if (signal.aborted) return;
    onState(false);
    await new Promise((resolve) => setTimeout(resolve, Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(failures, 4))));
  }
}

/** An id without data says where the stream stands; a comment keeps it open and says nothing. */
interface Block {
  id: string | null;
  event: StreamEvent | null;
}

/** Server-sent events as WHATWG HTML §9.2.6 frames them: fields in lines, an empty line ends a block. */
async function* parseBlocks(stream: ReadableStream<string>): AsyncGenerator<Block> {
  const reader = stream.getReader();
  let buffer = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    buffer += value;
    const blocks = buffer.split('\n\n');
    buffer = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map<string, string>();
      for (const line of block.split('\n')) {
        const colon = line.indexOf(':');
        if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
      }
      const [id, data] = [fields.get('id') ?? null, fields.get('data')];
      const type = fields.get('event') ?? 'message';
      // What the server sends is an object; the contract checks it there.
      const event = data === undefined ? null : { id: id ?? '', type, data: JSON.parse(data) as Record<string, unknown> };
      yield { id, event };
    }
  }
}
