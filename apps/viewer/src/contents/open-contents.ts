import './contents.css';
import type { PublicationView } from '@stead/contracts/viewing';
import { lookAt, lookBelow, type View, type Viewer } from '@stead/web/viewer-core';
import { element as elementOf } from '../elements';
import type { Embedder } from '../embedding/messages';
import type { PlaceFiles } from '../files';
import type { Page } from '../page';
import type { Diary } from '../visits/diary';
import { arIsThere, showInRoom } from './ar';
import { obey, openAddressed, type Askable } from './asked-from-outside';
import { Catalogue, type Listed } from './catalogue';
import { ContentsList } from './contents-list';
import { titleOf } from './entries';
import { Hotspots } from './hotspots';
import { itemBody } from './item';
import { listenToContentKeys } from './keys';
import { Labels } from './labels';
import { Lines } from './lines';
import { MeasureTool } from './measure-tool';
import { MiniMap } from './mini-map';
import { Panel, type PanelPage } from './panel';
import { Photos } from './photos';
import { viewOf } from './places';
import { readScene } from './read-scene';
import type { Ask } from '../requests/ask';
import type { Room } from './room';
import { said } from './said';
import { Splats } from './splats';
import { toolsOf } from './tool-list';
import { Tools } from './tools';
import { TourPlayer } from './tour-player';
import { CONTENT_WORDS } from './words';

/** Screens on which a panel and the controls of a tour stand beside each other. */
const BESIDE = '(width >= 64rem)';
/** Where the panel is a sheet at the bottom, as in contents.css, and how far up the middle of what it leaves is. */
const SHEET = '(width < 40rem)';
const SHEET_SHARE = 0.5;

export interface Contents {
  end(): void;
}

export interface ContentsOptions {
  readonly page: Page;
  readonly view: PublicationView;
  readonly files: PlaceFiles;
  /** The file of the scene as it came; null where there is none. */
  readonly scene: Promise<unknown>;
  readonly viewer: Viewer | null;
  readonly embedder: Embedder;
  readonly diary: Diary;
}

/** Shows what hangs in the place as soon as it is known, and until it is ended. */
export function openContents(options: ContentsOptions): Contents {
  const stop = new AbortController();
  void options.scene.then((scene) => {
    if (!stop.signal.aborted) new ContentsPage(options, new Catalogue(readScene(scene)), stop.signal);
  });
  return { end: () => stop.abort() };
}

/** Puts the parts together: what one of them opens or moves, the others follow. */
class ContentsPage {
  private readonly room: Room;
  private readonly hotspots: Hotspots;
  private readonly labels: Labels;
  private readonly lines: Lines;
  private readonly panel: Panel;
  private readonly list: ContentsList;
  private readonly tour: TourPlayer;
  private readonly measure: MeasureTool;
  private readonly map: MiniMap;
  private readonly photos: Photos;
  private readonly splats: Splats;
  private readonly tools: Tools;
  private ask: Ask | null = null;
  private ar = false;

  constructor(
    private readonly options: ContentsOptions,
    catalogue: Catalogue,
    signal: AbortSignal,
  ) {
    const { page, view, viewer, embedder } = options;
    const around = elementOf('around');
    this.room = this.roomOf(catalogue, signal);
    const { room } = this;
    this.hotspots = new Hotspots(elementOf('hotspots'), room);
    this.labels = new Labels(elementOf('overlay'));
    this.lines = new Lines(room, this.labels);
    this.tour = new TourPlayer(around, room, {
      onStop: (id) => this.onTourStop(id),
      onEnd: (id) => options.diary.tourFinished(id),
    });
    this.panel = new Panel(around, room, () => this.onItemLeft());
    this.list = new ContentsList(room);
    this.map = new MiniMap(around, room, view.planUrl, () => this.tools.write());
    this.splats = new Splats(around, room, view.splat, () => this.tools.write());
    this.measure = new MeasureTool(around, room, this.labels, () => this.tools.write());
    this.photos = new Photos(room, this.panel, {
      ...{ camerasUrl: view.camerasUrl, shown: view.photos },
      look: (to) => room.goTo(this.besidePanel(to)),
      isTaken: () => this.measure.active || this.ask?.active === true,
      onChange: () => this.onItemLeft(),
    });
    this.tools = this.makeTools();
    const drawn = viewer?.onFrame((lens) => {
      this.hotspots.place(lens);
      this.labels.place(lens);
      this.map.place(lens);
    });
    const spoken = page.onLanguage(() => this.write());
    listenToContentKeys({ keys: this.keys(), escape: () => this.escape() }, signal);
    const asked: Askable = { room, tour: this.tour, open: (one) => this.open(one, null), play: (id) => this.playTour(id) };
    addEventListener('hashchange', () => openAddressed(asked), { signal });
    void arIsThere().then((there) => {
      this.ar = there && viewer !== null && !signal.aborted;
      if (this.ar) this.tools.write();
    });
    signal.addEventListener('abort', () => {
      drawn?.();
      spoken();
      embedder.obeyWith(null);
      delete page.canvas.dataset['contents'];
      for (const part of [this.hotspots, this.labels, this.panel, this.measure, this.map, this.splats, this.tools]) part.remove();
    });
    embedder.obeyWith((command) => obey(command, asked));
    page.canvas.dataset['contents'] = 'ready';
    openAddressed(asked);
    // Without the place itself, the list is what there is to look at.
    if (viewer === null && !this.panel.isOpen) this.panel.show(this.list.page(), null, true);
    this.tools.write();
  }

  private roomOf(catalogue: Catalogue, signal: AbortSignal): Room {
    const { page, view, files, viewer } = this.options;
    const start = lookAt(view.start.position, view.start.target);
    return {
      ...{ page, files, viewer, catalogue, signal },
      surroundings: { bounds: view.bounds, metresPerUnit: catalogue.metresPerUnit ?? (view.units === 'metre' ? 1 : null) },
      startHeight: view.start.position[2],
      get language() {
        return page.language;
      },
      get words() {
        return CONTENT_WORDS[page.language];
      },
      get eye() {
        return viewer?.lens.pose ?? start;
      },
      goTo: (to) => {
        this.tour.pause();
        viewer?.goTo(to);
      },
      open: (element, opener) => this.open(element, opener),
    };
  }

  private open(element: Listed, opener: HTMLElement | null): void {
    const { room, panel } = this;
    const fromList = panel.isOpen && panel.hasFocus;
    const view = viewOf(element, room);
    if (view !== null) room.goTo(this.besidePanel(view));
    panel.show(this.itemPage(element, fromList ? () => this.showList() : null), opener);
    this.hotspots.mark(element.kind === 'hotspot' ? element.id : null);
    if (element.kind !== 'hotspot') return this.options.diary.closed();
    this.options.diary.opened(element.id);
    this.options.embedder.tell({ type: 'stead:hotspot', hotspotId: element.id });
  }

  /** On telephones the panel covers the lower part of the picture: what it speaks of is looked at in the upper one. */
  private besidePanel(view: View): View {
    const { viewer } = this.room;
    return viewer !== null && matchMedia(SHEET).matches ? lookBelow(view, SHEET_SHARE, viewer.lens.fovRadians) : view;
  }

  private itemPage(element: Listed, back: (() => void) | null): PanelPage {
    const { room } = this;
    return {
      title: titleOf(element, room.language, room.words),
      titleLanguage: said(element.title, room.language)?.language ?? room.language,
      body: itemBody(element, room, (id) => this.playTour(id)),
      back,
      again: () => this.itemPage(element, back),
    };
  }

  private showList(): void {
    this.panel.show(this.list.page(), null);
    this.tools.write();
  }

  private toggleList(): void {
    if (this.panel.isOpen && !this.photos.inPanel) this.panel.close();
    else this.showList();
  }

  private onItemLeft(): void {
    this.options.diary.closed();
    this.hotspots.mark(null);
    this.tools.write();
  }

  /** Without the place itself, what there is to say about a stop takes the place of going there, where there is room for it. */
  private onTourStop(hotspotId: string | null): void {
    this.hotspots.mark(hotspotId);
    const hotspot = this.room.catalogue.find('hotspot', hotspotId);
    if (this.room.viewer !== null || hotspot === null || !matchMedia(BESIDE).matches) return;
    this.panel.show(this.itemPage(hotspot, null), null, true);
    this.tools.write();
  }

  private playTour(id: string): void {
    const tour = this.room.catalogue.find('tour', id);
    if (tour === null) return;
    this.panel.close();
    this.measure.end();
    this.tour.play(tour, this.tools.button('contents'));
  }

  /** The form comes when somebody wants it. */
  private async toggleAsk(): Promise<void> {
    const { room, panel, labels } = this;
    try {
      const { Ask } = await import('../requests/ask');
      if (room.signal.aborted) return;
      this.ask ??= new Ask(elementOf('around'), room, panel, labels, this.options.view.id, () => this.tools.write());
    } catch {
      return room.page.say(room.words.askFailed);
    }
    if (!this.ask.active) {
      this.tour.pause();
      this.measure.end();
    }
    this.ask.toggle();
  }

  private keys(): Record<string, () => void> {
    const { tour } = this;
    const press = (id: string) => () => this.tools.press(id);
    const inTour = (act: () => void) => () => void (tour.active && act());
    return {
      ...{ KeyC: press('contents'), KeyM: press('measure'), KeyF: press('plan') },
      KeyK: inTour(() => tour.playOrPause()),
      KeyN: inTour(() => tour.next()),
      KeyP: inTour(() => tour.previous()),
    };
  }

  /** What is nearest to the visitor's attention goes first. */
  private escape(): boolean {
    const { panel, measure, tour } = this;
    if (panel.isOpen && panel.hasFocus) panel.close();
    else if (measure.active) measure.escape();
    else if (panel.isOpen) panel.close();
    else if (tour.active) tour.stop();
    else return false;
    return true;
  }

  private makeTools(): Tools {
    const { room, panel, map, measure, lines, photos, splats } = this;
    const list = { isOpen: () => panel.isOpen && !photos.inPanel, toggle: () => this.toggleList() };
    const ar = { there: () => this.ar, start: () => void showInRoom(room).catch(() => room.page.say(room.words.arFailed)) };
    const ask = { isOpen: () => this.ask?.active ?? false, toggle: () => void this.toggleAsk() };
    return new Tools(
      elementOf('tools'),
      toolsOf(room, { list, map, measure, lines, photos, splats, download: this.download(), ar, ask }),
    );
  }

  /** By the address that is good at that moment. The answer is a file, so the page stays. */
  private download(): (() => void) | null {
    const { view, files } = this.options;
    const { downloadUrl } = view;
    if (downloadUrl === null) return null;
    return () => {
      const link = document.createElement('a');
      link.href = files.resolve(downloadUrl);
      link.download = '';
      link.click();
    };
  }

  private write(): void {
    this.hotspots.write();
    this.lines.write();
    this.panel.rewrite();
    this.tour.rewrite();
    this.measure.rewrite();
    this.map.write();
    this.splats.write();
    this.tools.write();
  }
}
