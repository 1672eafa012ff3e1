import { request, type ClientRequest, type IncomingMessage } from 'node:http';

export interface ReadEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

/** A client of an event stream (WHATWG HTML §9.2) that keeps what it has read. */
export class EventReader {
  readonly events: ReadEvent[] = [];
  /** What a client hands back when it comes again, as the standard has it: also that of a block without data. */
  lastId: string | null = null;
  private rest = '';

  private constructor(
    private readonly call: ClientRequest,
    response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.take(text));
    response.on('error', () => undefined); // a stream that is cut
  }

  static open(url: string, headers: Readonly<Record<string, string>>): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const call = request(url, { headers }, (response) => {
        if (response.statusCode === 200) return resolve(new EventReader(call, response));
        response.resume();
        return reject(new Error(`status ${String(response.statusCode)}`));
      });
      call.on('error', reject);
      call.end();
    });
  }

  get ids(): number[] {
    return this.events.map((event) => Number(event.id));
  }

  close(): void {
    this.call.destroy();
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      const [id, type, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
      if (id !== undefined) this.lastId = id;
      if (id === undefined || type === undefined || data === undefined) continue; // `retry`, and heartbeats
      this.events.push({ id, type, data: JSON.parse(data) as Record<string, unknown> });
    }
  }
}
