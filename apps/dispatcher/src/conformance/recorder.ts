import type { RawAnswer, RawRequest } from '../adapters/kube/cluster-check/raw-api';

const LINES_MAX = 12;
const TEXT_MAX = 300;

/** The latest exchanges with the server, for who asks what was sent and seen. */
export class Recorder {
  private kept: string[] = [];

  restart(): void {
    this.kept = [];
  }

  lines(): readonly string[] {
    return this.kept;
  }

  readonly note = ({ method, path, query = {}, body }: RawRequest, { status, reason, message }: RawAnswer): void => {
    const words = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${String(value)}`]));
    const asked = `${method} ${path}${words.length === 0 ? '' : `?${words.join('&')}`}`;
    const sent = body === undefined ? '' : ` ${JSON.stringify(body).slice(0, TEXT_MAX)}`;
    const answered = [status, reason, message].filter((part) => part !== '').join(' ');
    this.kept = [...this.kept, `${asked}${sent} → ${answered.slice(0, TEXT_MAX)}`].slice(-LINES_MAX);
  };
}
