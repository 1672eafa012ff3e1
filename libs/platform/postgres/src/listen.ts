import { Client } from 'pg';

export interface ListenOptions {
  url: string;
  applicationName: string;
  /** A constant of ours: it goes into the statement as it is. */
  channel: string;
  onMessage(payload: string): void;
}

const RETRY_MS = 500;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Listens on a connection of its own, and on a new one whenever that is lost, until the returned function is called. Rejects
 * when there is no connection at first: whoever starts without a database should know.
 */
export async function listenOn(options: ListenOptions): Promise<() => Promise<void>> {
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let client = await open(options, () => reopenLater());

  function reopenLater(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      open(options, reopenLater).then(
        (next) => {
          client = next;
          if (stopped) void end(next);
        },
        () => reopenLater(),
      );
    }, RETRY_MS);
  }

  return async () => {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
    await end(client);
  };
}

async function open({ url, applicationName, channel, onMessage }: ListenOptions, onLost: () => void): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // 'end' follows
  client.on('notification', (message) => onMessage(message.payload ?? ''));
  try {
    await client.connect();
    await client.query(`LISTEN ${channel}`);
  } catch (error) {
    await end(client);
    throw error;
  }
  // Only from here on: a connection that never listened is the caller's to repeat.
  client.once('end', onLost);
  return client;
}

async function end(client: Client): Promise<void> {
  await client.end().catch(() => undefined); // it may be gone already
}
