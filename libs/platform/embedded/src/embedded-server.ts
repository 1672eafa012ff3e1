export interface EmbeddedServer {
  url: string;
  port: number;
  /** Process id, for whoever has to measure or to kill it. */
  pid: number;
  stop(): Promise<void>;
}
