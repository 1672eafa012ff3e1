import { camerasSchema, type PlacedCamera } from '@stead/contracts/pipeline';
import type { Room } from './room';

/** `cameras.json` of the place, read when somebody asks for it. */
export class PlacedCameras {
  private read: Promise<readonly PlacedCamera[]> | null = null;

  constructor(
    private readonly room: Room,
    private readonly url: string | null,
  ) {}

  /** Of a part of a place nothing is told about where its photos were taken. */
  get any(): boolean {
    return this.url !== null;
  }

  /** Empty where they cannot be had, which the page says. */
  all(): Promise<readonly PlacedCamera[]> {
    const { files, signal, page } = this.room;
    this.read ??= files.json(this.url ?? '', signal).then(
      (file) => camerasSchema.parse(file).cameras,
      () => {
        this.read = null; // asked again next time
        if (!signal.aborted) page.showNotice(true);
        return [];
      },
    );
    return this.read;
  }
}
