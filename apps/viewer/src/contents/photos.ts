import type { PlacedCamera } from '@stead/contracts/pipeline';
import type { View } from '@stead/web/viewer-core';
import type { Panel } from './panel';
import { PhotoMarks } from './photo-marks';
import { PhotoPages, type TakenPhoto } from './photo-pages';
import { PlacedCameras } from './placed-cameras';
import type { Room } from './room';

/** A hand that taps trembles; one that drags goes farther. */
const TAP_PX_MAX = 6;

export interface PhotosOptions {
  readonly camerasUrl: string | null;
  /** Whether the photos can be had, and not only where they were taken. */
  readonly shown: boolean;
  /** Goes to where a photo was taken. */
  look(view: View): void;
  /** Whether a tap on the place means something else just now. */
  isTaken(): boolean;
  onChange(): void;
}

/** What was photographed in the place: marks where, and the photos beside the picture. Off until somebody asks. */
export class Photos {
  private shownNow = false;
  private inPanelNow = false;
  private pages: PhotoPages | null = null;
  private taken: readonly TakenPhoto[] = [];
  private readonly cameras: PlacedCameras;
  private readonly marks: PhotoMarks<PlacedCamera>;
  private readonly left = (): void => this.onLeft();

  constructor(
    private readonly room: Room,
    private readonly panel: Panel,
    private readonly options: PhotosOptions,
  ) {
    this.cameras = new PlacedCameras(room, options.camerasUrl);
    this.marks = new PhotoMarks(room);
    if (room.viewer === null) void this.offer();
    else this.listenToTaps();
  }

  /** Without the place itself, marks say nothing: then there have to be photos. */
  get any(): boolean {
    return this.cameras.any && (this.room.viewer !== null || this.taken.length > 0);
  }

  get shown(): boolean {
    return this.shownNow;
  }

  /** Whether there is more than where they were taken. */
  get lookedAt(): boolean {
    return this.options.shown;
  }

  get inPanel(): boolean {
    return this.inPanelNow;
  }

  async toggle(): Promise<void> {
    this.shownNow = !this.shownNow;
    if (!this.shownNow) return this.putAway();
    const cameras = await this.learn();
    if (this.room.signal.aborted || !this.shownNow) return;
    this.marks.show(cameras);
    this.showList(false);
  }

  /** Where nothing hangs in a place that cannot be drawn, its photos are what there is to look at. */
  private async offer(): Promise<void> {
    await this.learn();
    if (this.room.signal.aborted) return;
    if (this.room.catalogue.listed.length === 0) this.showList(true);
    this.options.onChange();
  }

  /** Which photos there are; older maps have none. */
  private async learn(): Promise<readonly PlacedCamera[]> {
    const cameras = this.cameras.any ? await this.cameras.all() : [];
    const { shown } = this.options;
    this.taken = cameras.flatMap(({ photo, ...camera }) => (photo === null || !shown ? [] : [{ ...camera, photo }]));
    if (this.taken.length > 0) this.pages ??= new PhotoPages(this.room, this.panel, this.taken, this.options.look, this.left);
    return cameras;
  }

  /** `quietly`: the focus stays where it is. */
  private showList(quietly: boolean): void {
    if (this.pages === null) return;
    this.shownNow = true;
    this.inPanelNow = true;
    this.panel.show(this.pages.list(), null, quietly);
    this.options.onChange();
  }

  private putAway(): void {
    this.marks.hide();
    if (this.inPanelNow) this.panel.close();
  }

  /** The marks stay in the place; without it, nothing is left of the photos. */
  private onLeft(): void {
    this.inPanelNow = false;
    if (this.room.viewer === null) this.shownNow = false;
    this.options.onChange();
  }

  private listenToTaps(): void {
    const { signal, page } = this.room;
    let down: { x: number; y: number } | null = null;
    const at = ({ offsetX, offsetY }: PointerEvent): { x: number; y: number } => ({ x: offsetX, y: offsetY });
    page.canvas.addEventListener('pointerdown', (event) => (down = event.isPrimary ? at(event) : null), { signal });
    page.canvas.addEventListener(
      'pointerup',
      (event) => {
        const up = at(event);
        if (down !== null && Math.hypot(up.x - down.x, up.y - down.y) <= TAP_PX_MAX) this.tap(up.x, up.y);
        down = null;
      },
      { signal },
    );
  }

  private tap(x: number, y: number): void {
    if (!this.shownNow || this.options.isTaken()) return;
    const mark = this.marks.at(x, y);
    const index = this.taken.findIndex(({ image }) => image === mark?.image);
    if (index < 0) return;
    this.inPanelNow = true;
    this.pages?.open(index);
    this.options.onChange();
  }
}
