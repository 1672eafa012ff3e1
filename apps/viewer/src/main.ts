import { hasWebGl } from '@stead/web/viewer-core';
import type { Contents } from './contents/open-contents';
import { Embedder } from './embedding/messages';
import { poseNews } from './embedding/pose-news';
import type { Engine } from './engine';
import { PlaceFiles } from './files';
import { Page, type PageProblem } from './page';
import { firstMove, keepDiary } from './visits/diary';
import { Places, placeOf, type Answer, type OpenVisit } from './visits/open-place';
import type { Refusal } from './visits/refusal';
import { Renewal } from './visits/renewal';
import { preferredLanguage } from './words';

/** A place that is being prepared is asked for again, for about ten minutes. */
const NOT_READY_TRIES_MAX = 300;

interface Here {
  readonly stop: AbortController;
  readonly renewal: Renewal;
  engine: Engine | null;
  contents: Contents | null;
  /** What hangs in the place could not be had. */
  sceneMissing: boolean;
}

const page = new Page(preferredLanguage(navigator.languages, new URLSearchParams(location.search).get('lang')));
const place = placeOf(location.pathname);
const places = new Places();
const embedder = new Embedder({ own: window, parent: window.parent === window ? null : window.parent });
embedder.publicationId = place;
/** What is open now. Ending it calls off whatever is still on its way into it. */
let here: Here | null = null;
let shown: PageProblem | null = null;

document.getElementById('language')?.addEventListener('click', () => page.switchLanguage());
document.getElementById('help-open')?.addEventListener('click', () => page.help.showModal());
page.onRetry(() => void retry());
addEventListener('online', () => {
  if (here !== null || shown === 'unreachable') void retry();
});
void open();
const request = new URLSearchParams(location.search).get('request');
if (request !== null)
  void import('./requests/open-request').then(({ openRequest }) => openRequest(page, request)).catch(reportError);

/** From an address to a place, or to what keeps the visitor out of it. */
async function open(password?: string): Promise<void> {
  end();
  if (!page.passwordShown) showProblem(null);
  page.showProgress(0);
  if (place === null) return fail('notFound');
  const answer = await openWhenReady(place, password);
  if (answer.kind !== 'open') return refuse(answer);
  page.hidePassword();
  showProblem(null);
  await enter(answer);
}

async function openWhenReady(id: string, password?: string): Promise<Answer> {
  const body = { place: id, ...(password === undefined ? {} : { password }) };
  let answer = await places.open(body);
  for (let tries = 0; answer.kind === 'not-ready' && tries < NOT_READY_TRIES_MAX; tries += 1) {
    if (shown !== 'notReady') showProblem('notReady');
    const { retryAfterMs } = answer;
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    answer = await places.open(body);
  }
  if (shown === 'notReady') showProblem(null);
  return answer;
}

/** Title and picture first, then the engine, and what hangs in the place after the first points. */
async function enter(visit: OpenVisit): Promise<void> {
  if (place === null) return;
  const { view } = visit;
  let current = visit;
  const stop = new AbortController();
  const renewal: Renewal = new Renewal({
    read: () => places.renew(current),
    reopen: () => places.open({ place }),
    onRenewed: (renewed) => {
      const same = renewed.view.versionId === view.versionId && renewed.view.id === view.id;
      current = renewed;
      if (same) return files.renewed(renewed.view);
      end();
      showProblem(null);
      void enter(renewed); // the tiles of two versions do not fit together
    },
    onRefused: (refusal) => (refusal.kind === 'not-found' ? fail('expired') : refuse(refusal)),
    schedule: (ms, work) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
  });
  const diary = keepDiary(() => current.visit, stop.signal);
  const files = new PlaceFiles(view, () => renewal.now());
  const opened: Here = { stop, renewal, engine: null, contents: null, sceneMissing: false };
  here = opened;
  embedder.publicationId = view.id;
  renewal.start(visit.lifetimeMs);
  await page.showPublication(view);
  if (stop.signal.aborted) return;
  // Without what hangs in it, a place is still a place: a notice says that parts are missing.
  const scene: Promise<unknown> =
    view.sceneUrl === null
      ? Promise.resolve(null)
      : files.json(view.sceneUrl, stop.signal).catch(() => {
          opened.sceneMissing = true;
          if (!stop.signal.aborted) page.showNotice(true);
          return null;
        });
  const hang = async (engine: Engine | null): Promise<void> => {
    const { openContents } = await import('./contents/open-contents');
    if (stop.signal.aborted || opened.contents !== null) return;
    opened.contents = openContents({ page, view, files, scene, viewer: engine?.viewer ?? null, embedder, diary });
  };
  const withoutEngine = (): void => {
    showProblem('noWebGl');
    embedder.tell({ type: 'stead:problem', problem: 'noWebGl' });
    void hang(null).catch(reportError);
  };
  if (!hasWebGl(document)) return withoutEngine();
  try {
    const { startEngine } = await import('./engine');
    if (stop.signal.aborted) return;
    const tellPose = poseNews(embedder, stop.signal);
    const noteMove = firstMove(() => diary.moved());
    opened.engine = startEngine(page, view, files, scene, {
      onReady: (points) => {
        diary.ready();
        embedder.tell({ type: 'stead:ready', points });
        void hang(opened.engine).catch(reportError);
      },
      onProblem: (problem) => (problem === 'noWebGl' ? withoutEngine() : fail(problem)),
      onPose: (pose) => {
        tellPose(pose);
        noteMove(pose);
      },
    });
  } catch (error) {
    reportError(error);
    // The engine's own file did not come, or its start-up failed.
    fail(error instanceof TypeError && !navigator.onLine ? 'unreachable' : 'failed');
  }
}

/** Says why the visitor is not let in; asks for the password where one is needed. */
function refuse(refusal: Refusal): void {
  const asks = refusal.kind === 'password' || (refusal.kind === 'too-many' && page.passwordShown);
  if (!asks) {
    page.hidePassword();
    return fail(PROBLEMS[refusal.kind], 'retryAfterMs' in refusal ? Math.ceil(refusal.retryAfterMs / 1000) : 0);
  }
  end();
  showProblem(null);
  page.showProgress(null);
  embedder.tell({ type: 'stead:problem', problem: 'password' });
  page.askPassword(refusal, (password) => void open(password));
}

const PROBLEMS: Record<Exclude<Refusal['kind'], 'password'>, PageProblem> = {
  'not-found': 'notFound',
  'not-ready': 'notReady',
  'sign-in': 'signIn',
  'members-only': 'membersOnly',
  payment: 'payment',
  'link-expired': 'linkExpired',
  'link-used-up': 'linkUsedUp',
  'too-many': 'tooMany',
  unreachable: 'unreachable',
};

/** Goes on with what is there, or begins anew where there is nothing. */
async function retry(): Promise<void> {
  if (here?.sceneMissing === true) {
    page.showNotice(false);
    await open();
  } else if (here !== null && here.engine !== null && shown === null) here.engine.retry();
  else if (shown === 'graphicsLost')
    location.reload(); // a canvas keeps its lost context
  else if (shown !== 'noWebGl') await open();
}

function fail(problem: PageProblem, waitS = 0): void {
  end();
  embedder.tell({ type: 'stead:problem', problem });
  showProblem(problem, waitS);
}

function showProblem(problem: PageProblem | null, waitS = 0): void {
  shown = problem;
  page.showProblem(problem, waitS);
}

function end(): void {
  here?.stop.abort();
  here?.renewal.stop();
  here?.contents?.end();
  here?.engine?.end();
  here = null;
}
