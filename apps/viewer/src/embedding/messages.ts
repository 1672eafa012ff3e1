import { z } from 'zod';

const COORDINATE_MAX = 1e6;
const coordinate = z.number().min(-COORDINATE_MAX).max(COORDINATE_MAX);
const point = z.tuple([coordinate, coordinate, coordinate]);

/** What the page that shows us in a frame may ask for. */
export const embedderCommandSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('stead:go'), hotspotId: z.uuid() }),
  z.strictObject({ type: z.literal('stead:tour'), tourId: z.uuid(), action: z.enum(['play', 'pause', 'stop']) }),
  z.strictObject({ type: z.literal('stead:view'), position: point, target: point }),
]);
export type EmbedderCommand = z.infer<typeof embedderCommandSchema>;

/** What it is told. Nothing in it is secret: that page has the address already. */
export type EmbedderEvent =
  | { type: 'stead:ready'; points: number }
  | { type: 'stead:problem'; problem: string }
  | { type: 'stead:hotspot'; hotspotId: string }
  | { type: 'stead:view'; position: readonly number[]; target: readonly number[] };

/** The two windows that talk; the browser's own, or a stand-in. */
export interface Windows {
  readonly own: Pick<Window, 'addEventListener'>;
  /** Null outside of a frame. */
  readonly parent: { postMessage(message: unknown, origin: string): void } | null;
}

/** Asked before there is anything to show; more is not kept. */
const WAITING_MAX = 20;

/** Talks with the page that shows us in a frame, and with nobody else. */
export class Embedder {
  /** Of the publication, once it is known; before, what the address names. */
  publicationId: string | null = null;
  private waiting: EmbedderCommand[] = [];
  private obey: ((command: EmbedderCommand) => void) | null = null;

  constructor(private readonly windows: Windows) {
    windows.own.addEventListener('message', (event: MessageEvent<unknown>) => this.hear(event));
  }

  get present(): boolean {
    return this.windows.parent !== null;
  }

  tell(event: EmbedderEvent): void {
    this.windows.parent?.postMessage({ ...event, publicationId: this.publicationId }, '*');
  }

  /** From now on commands are obeyed, those first that came too early; null: they wait again. */
  obeyWith(obey: ((command: EmbedderCommand) => void) | null): void {
    this.obey = obey;
    if (obey === null) return;
    const { waiting } = this;
    this.waiting = [];
    waiting.forEach(obey);
  }

  private hear({ source, data }: MessageEvent<unknown>): void {
    if (this.windows.parent === null || source !== this.windows.parent) return;
    const command = embedderCommandSchema.safeParse(data);
    if (!command.success) return;
    if (this.obey !== null) this.obey(command.data);
    else if (this.waiting.length < WAITING_MAX) this.waiting.push(command.data);
  }
}
