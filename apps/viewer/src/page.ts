import type { PublicationView } from '@stead/contracts/viewing';
import { element } from './elements';
import { PasswordForm } from './password-form';
import type { Refusal } from './visits/refusal';
import { fill, WORDS, type Language, type Words } from './words';

/** Reasons why there is nothing to walk through; each has a title and a text. */
export type PageProblem =
  | 'notFound'
  | 'notReady'
  | 'signIn'
  | 'membersOnly'
  | 'payment'
  | 'linkExpired'
  | 'linkUsedUp'
  | 'tooMany'
  | 'expired'
  | 'unreachable'
  | 'noWebGl'
  | 'graphicsLost'
  | 'failed';

/** Where another try can change something. */
const RETRYABLE: ReadonlySet<PageProblem> = new Set([
  ...(['notFound', 'notReady', 'signIn', 'membersOnly', 'tooMany', 'unreachable', 'graphicsLost', 'failed'] as const),
]);
const HELP = [
  ...(['Move', 'Side', 'Turn', 'Rise', 'Fast', 'Mode', 'Reset', 'Drag', 'Zoom'] as const),
  ...(['Contents', 'Measure', 'Plan', 'Tour', 'Escape', 'Help'] as const),
] as const;
const POSTER_WAIT_MS = 3_000;
/** What is said once stands that long, whatever else the line would tell: time to read a sentence twice. */
const SAID_MS = 8_000;

/** The elements of index.html, and what they say. */
export class Page {
  readonly canvas = element<HTMLCanvasElement>('scene');
  readonly help = element<HTMLDialogElement>('help');
  private readonly poster = element<HTMLImageElement>('poster');
  private view: PublicationView | null = null;
  private problem: PageProblem | null = null;
  private problemWaitS = 0;
  private points: { shown: number; settled: boolean } | null = null;
  private insteadOfPoints: string | null = null;
  private said: string | null = null;
  private saidEnds: ReturnType<typeof setTimeout> | undefined;
  private readonly languageListeners = new Set<() => void>();
  private passwordForm: PasswordForm | null = null;

  constructor(private languageNow: Language) {
    this.write();
  }

  get language(): Language {
    return this.languageNow;
  }

  get words(): Words {
    return WORDS[this.languageNow];
  }

  switchLanguage(): void {
    this.languageNow = this.language === 'en' ? 'ko' : 'en';
    this.write();
    for (const listener of this.languageListeners) listener();
  }

  /** Calls when the visitor changes the language. Returns what ends it. */
  onLanguage(listener: () => void): () => void {
    this.languageListeners.add(listener);
    return () => void this.languageListeners.delete(listener);
  }

  get passwordShown(): boolean {
    return this.passwordForm?.shown ?? false;
  }

  askPassword(refusal: Extract<Refusal, { kind: 'password' | 'too-many' }>, onPassword: (password: string) => void): void {
    this.passwordForm ??= new PasswordForm(() => this.words, onPassword);
    if (refusal.kind === 'too-many') {
      this.passwordForm.show({ kind: 'too-many', waitS: Math.ceil(refusal.retryAfterMs / 1000) });
    } else this.passwordForm.show({ kind: refusal.wrong ? 'wrong' : 'ask' });
    this.canvas.dataset['state'] = 'problem';
    delete this.poster.dataset['done'];
    this.writeStatus();
  }

  hidePassword(): void {
    this.passwordForm?.hide();
  }

  /** Resolves when the picture stands on the screen, or is not going to. */
  async showPublication(view: PublicationView): Promise<void> {
    this.view = view;
    this.write();
    this.poster.src = view.posterUrl;
    this.poster.hidden = false;
    const decoded = this.poster.decode().catch(() => {
      this.poster.hidden = true; // a place without its picture is still a place
    });
    await Promise.race([decoded, new Promise((resolve) => setTimeout(resolve, POSTER_WAIT_MS))]);
    await new Promise((resolve) => setTimeout(resolve, 0)); // let it be painted before anything heavy starts
  }

  showProgress(share: number | null): void {
    const bar = element<HTMLProgressElement>('progress');
    bar.hidden = share === null;
    if (share !== null) bar.value = share;
  }

  showPoints(shown: number, settled: boolean): void {
    this.points = { shown, settled };
    this.writeStatus();
  }

  /** What is drawn in place of the points, for as long as it is; null for the points. */
  describe(sentence: string | null): void {
    this.insteadOfPoints = sentence;
    if (sentence !== null) this.said = null; // that they could not be loaded is true no longer
    this.writeStatus();
  }

  showScene(): void {
    this.poster.dataset['done'] = '';
    element('modes').hidden = false;
  }

  showMode(mode: 'walk' | 'orbit'): void {
    element('mode-walk').setAttribute('aria-pressed', String(mode === 'walk'));
    element('mode-orbit').setAttribute('aria-pressed', String(mode === 'orbit'));
  }

  /** Null takes the panel away. The picture stays, if there is one. */
  showProblem(problem: PageProblem | null, waitS = 0): void {
    this.problem = problem;
    this.problemWaitS = waitS;
    this.points = null;
    this.canvas.dataset['state'] = problem === null ? 'loading' : 'problem';
    if (problem !== null) {
      element('modes').hidden = true;
      delete this.poster.dataset['done'];
      this.showNotice(false);
      this.showProgress(null);
    }
    this.write();
  }

  /** Parts of the place are missing, and it can be walked all the same. */
  showNotice(shown: boolean): void {
    element('notice').hidden = !shown;
  }

  /** Something that is said once, in the line that is read out. */
  say(sentence: string): void {
    element('status').textContent = sentence;
    this.said = sentence;
    clearTimeout(this.saidEnds);
    this.saidEnds = setTimeout(() => {
      this.said = null;
      this.writeStatus();
    }, SAID_MS);
  }

  onRetry(retry: () => void): void {
    for (const id of ['problem-retry', 'notice-retry']) element(id).addEventListener('click', retry);
  }

  private write(): void {
    const { words } = this;
    document.documentElement.lang = this.language;
    for (const node of document.querySelectorAll<HTMLElement>('[data-text]'))
      node.textContent = words[wordOf(node.dataset['text'])];
    for (const node of document.querySelectorAll<HTMLElement>('[data-label]')) {
      node.setAttribute('aria-label', words[wordOf(node.dataset['label'])]);
    }
    element('language').textContent = words.otherLanguage;
    element('language').lang = this.language === 'en' ? 'ko' : 'en';
    element('notice-text').textContent = words.partsMissing;
    element('preview').hidden = this.view?.access !== 'preview';
    this.passwordForm?.write();
    element('help-list').replaceChildren(
      ...HELP.flatMap((name) => [text('dt', words[`key${name}`]), text('dd', words[`do${name}`])]),
    );
    document.title = this.view?.title ?? (this.problem === null ? 'Stead' : words[`${this.problem}Title`]);
    element('title').textContent = this.view?.title ?? '';
    element('about').textContent = this.view === null ? '' : this.aboutOf(this.view);
    this.poster.alt = this.view?.title ?? '';
    this.writeProblem();
    this.writeStatus();
  }

  private writeProblem(): void {
    const { problem, words } = this;
    const section = element('problem');
    section.hidden = problem === null;
    section.dataset['problem'] = problem ?? '';
    if (problem === null) return;
    element('problem-title').textContent = words[`${problem}Title`];
    element('problem-text').textContent = fill(words[`${problem}Text`], { seconds: String(this.problemWaitS) });
    element('problem-retry').hidden = !RETRYABLE.has(problem);
    element('problem-sign-in').hidden = problem !== 'signIn' && problem !== 'membersOnly';
  }

  private writeStatus(): void {
    const { points, problem, words } = this;
    const status = element('status');
    if (points === null) {
      status.textContent = problem === null && !this.passwordShown ? words.opening : '';
      return;
    }
    const sentence = points.settled ? words.pointsShown : words.refining;
    const shown = new Intl.NumberFormat(this.language).format(points.shown);
    const next = this.said ?? this.insteadOfPoints ?? fill(sentence, { points: shown });
    if (status.textContent !== next) status.textContent = next;
  }

  private aboutOf({ quality, attribution }: PublicationView): string {
    const date = new Intl.DateTimeFormat(this.language, { dateStyle: 'medium' }).format(new Date(attribution.builtAt));
    if (quality.images === null || quality.registered === null) return fill(this.words.built, { date, grade: quality.grade });
    const { grade, images, registered } = quality;
    return fill(this.words.builtFrom, { date, grade, images: String(images), registered: String(registered) });
  }
}

function wordOf(name: string | undefined): keyof Words {
  return name as keyof Words; // the names stand in index.html, and a spec checks them
}

function text(tag: string, content: string): HTMLElement {
  const node = document.createElement(tag);
  node.textContent = content;
  return node;
}
