import './requests.css';
import { lookBelow, type Vec3, type Viewer } from '@stead/web/viewer-core';
import type { BlurRequestStatus } from '@stead/contracts/studio';
import { h } from '../contents/dom';
import type { Labels } from '../contents/labels';
import type { Panel, PanelPage } from '../contents/panel';
import type { Room } from '../contents/room';
import { fill } from '../words';
import { askForm, dayText, sentBody } from './ask-pages';
import { askedOf, wrongField, type Draft, type Field, type Where } from './draft';
import { BlurRequests, type RequestProblem } from './request-api';
import { REQUEST_WORDS, type RequestWords } from './words';

const NAME = 'ask';
const COLOUR = '#e03131';
const DOT_PX = 16;
/** A hand that taps trembles; one that drags goes farther. */
const TAP_PX_MAX = 6;
/** Where the panel is a sheet at the bottom, as in contents.css, the cross stands in the middle of what it leaves. */
const SHEET = '(width < 40rem)';
const SHEET_SHARE = 0.58;

export type AskState =
  | { kind: 'asking'; wrong: Field | null; problem: RequestProblem | null }
  | { kind: 'sending' }
  | { kind: 'sent'; status: BlurRequestStatus };

/** A visitor asks to be covered: what is meant is marked in the place, the rest is a form in the panel. */
export class Ask {
  state: AskState = { kind: 'asking', wrong: null, problem: null };
  readonly draft: Draft = { what: 'face', note: '', contact: '' };
  private place: Vec3 | null = null;
  private eye: Vec3;
  private stop: AbortController | null = null;
  private readonly cross = h('div', { class: 'ask-cross', hidden: true, 'aria-hidden': 'true' });
  private readonly requests = new BlurRequests();
  private readonly left = (): void => this.end();

  constructor(
    into: HTMLElement,
    private readonly room: Room,
    private readonly panel: Panel,
    private readonly labels: Labels,
    private readonly publicationId: string,
    private readonly onChange: () => void,
  ) {
    this.eye = room.eye.position;
    into.append(this.cross);
    room.signal.addEventListener('abort', () => this.end());
  }

  get active(): boolean {
    return this.stop !== null;
  }

  get words(): RequestWords {
    return REQUEST_WORDS[this.room.language];
  }

  get where(): Where {
    return { place: this.place, eye: this.eye, seen: this.room.viewer !== null };
  }

  toggle(): void {
    if (this.active) this.panel.close();
    else this.begin();
  }

  /** What is at the cross is meant. */
  takeMiddle(): void {
    const { viewer } = this.room;
    if (viewer === null) return;
    const { widthPx, heightPx } = viewer.lens;
    const isSheet = this.active && this.panel.isOpen && matchMedia(SHEET).matches;
    this.take(viewer.pick(widthPx / 2, heightPx * (isSheet ? (1 - SHEET_SHARE) / 2 : 0.5)));
  }

  async send(): Promise<void> {
    if (this.state.kind !== 'asking') return;
    const { place } = this;
    const wrong = wrongField(this.draft, this.where);
    if (wrong !== null || place === null) return this.turn({ kind: 'asking', wrong, problem: null });
    this.turn({ kind: 'sending' });
    const answer = await this.requests.send(askedOf(this.publicationId, this.draft, { ...this.where, place }));
    if (!this.active) return this.room.page.say(answer.kind === 'known' ? this.words.sentTitle : this.reasonOf(answer));
    if (answer.kind === 'known') return this.turn({ kind: 'sent', status: answer.status });
    const pointers = answer.kind === 'refused' ? answer.pointers : [];
    const at = (['note', 'contact'] as const).find((field) => pointers.some((pointer) => pointer.startsWith(`/${field}`)));
    this.turn({ kind: 'asking', wrong: at ?? null, problem: answer });
  }

  reasonOf(problem: RequestProblem): string {
    const { words } = this;
    const detail = problem.kind === 'refused' ? problem.detail : '';
    return fill(words.failed, { why: fill(words[problem.kind], { detail }).trim() });
  }

  private begin(): void {
    const { viewer, page } = this.room;
    this.stop = new AbortController();
    this.state = { kind: 'asking', wrong: null, problem: null };
    this.eye = this.room.eye.position;
    this.place = viewer === null ? this.eye : null; // without the engine the start is all that is known
    if (viewer !== null) {
      this.listen(viewer, page.canvas, this.stop.signal);
      this.cross.hidden = false;
      this.takeMiddle();
      this.lookAtPlace(viewer);
    }
    this.show();
  }

  /** On telephones the sheet would lie over what is meant. */
  private lookAtPlace({ lens }: Viewer): void {
    const { place, eye, room } = this;
    if (place === null || !matchMedia(SHEET).matches) return;
    room.goTo(lookBelow({ position: eye, target: place }, SHEET_SHARE, lens.fovRadians));
  }

  private listen(viewer: Viewer, canvas: HTMLCanvasElement, signal: AbortSignal): void {
    let down: { x: number; y: number } | null = null;
    const at = ({ offsetX: x, offsetY: y }: PointerEvent): { x: number; y: number } => ({ x, y });
    canvas.addEventListener('pointerdown', (event) => (down = event.isPrimary ? at(event) : null), { signal });
    canvas.addEventListener(
      'pointerup',
      (event) => {
        const up = at(event);
        if (down !== null && Math.hypot(up.x - down.x, up.y - down.y) <= TAP_PX_MAX) this.take(viewer.pick(up.x, up.y));
        down = null;
      },
      { signal },
    );
  }

  private take(point: Vec3 | null): void {
    if (this.state.kind !== 'asking') return;
    this.place = point;
    this.eye = this.room.eye.position;
    if (this.state.wrong === 'place') this.state = { ...this.state, wrong: null };
    this.mark();
    if (!this.panel.isOpen) return;
    const { hasFocus } = this.panel;
    this.panel.rewrite();
    // The button that was pressed is another one now.
    if (hasFocus) document.querySelector<HTMLElement>('#panel .ask-middle')?.focus({ preventScroll: true });
  }

  private mark(): void {
    const { place, words } = this;
    const dots = place === null || !this.active ? null : [place];
    this.room.viewer?.show(NAME, dots === null ? null : { colour: COLOUR, segments: [], dots, dotPx: DOT_PX });
    this.labels.show(NAME, dots === null ? [] : dots.map((at) => ({ at, text: words.marker, below: true })));
  }

  private turn(state: AskState): void {
    this.state = state;
    if (state.kind === 'sent') this.cross.hidden = true;
    this.show();
  }

  private show(): void {
    this.panel.show(this.page(), null, this.state.kind === 'sending');
    // The field that needs another look, with what is said about it.
    document.activeElement?.closest('.ask-field')?.scrollIntoView({ block: 'nearest' });
    this.onChange();
  }

  private page(): PanelPage {
    const { words, state, room } = this;
    const shown = state.kind === 'sent' ? sentBody(this, state.status) : askForm(this);
    return {
      title: state.kind === 'sent' ? words.sentTitle : words.title,
      titleLanguage: room.language,
      ...shown,
      back: null,
      again: () => {
        this.mark();
        return this.page();
      },
      left: this.left,
    };
  }

  promise({ answerBy }: BlurRequestStatus): string {
    return fill(this.words.promised, { day: dayText(answerBy, this.room.language) });
  }

  private end(): void {
    if (this.stop === null) return;
    this.stop.abort();
    this.stop = null;
    this.cross.hidden = true;
    this.mark();
    if (this.state.kind === 'sent') Object.assign(this.draft, { what: 'face', note: '', contact: '' } satisfies Draft);
    this.onChange();
  }
}
