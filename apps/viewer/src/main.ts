import { hasWebGl } from '@stead/web/viewer-core';
import { Page, type PageProblem } from './page';
import { publicationIdOf, readPublication, type PublicationAnswer } from './publication';
import { Renewal } from './renewal';
import type { Visit } from './visit';
import { preferredLanguage } from './words';

/** A place that is being prepared is asked for again, for about ten minutes. */
const NOT_READY_TRIES_MAX = 300;

const page = new Page(preferredLanguage(navigator.languages, new URLSearchParams(location.search).get('lang')));
const id = publicationIdOf(location.pathname);
let visit: Visit | null = null;
let renewal: Renewal | null = null;
let shown: PageProblem | null = null;

document.getElementById('language')?.addEventListener('click', () => page.switchLanguage());
document.getElementById('help-open')?.addEventListener('click', () => page.help.showModal());
page.onRetry(() => void retry());
addEventListener('online', () => {
  if (visit !== null || shown === 'unreachable') void retry();
});
void open();

/** From an address to a place: its title and picture first, the engine after them. */
async function open(): Promise<void> {
  end();
  fail(null);
  page.showProgress(0);
  if (id === null) return fail('notFound');
  const answer = await readWhenReady(id);
  if (answer.kind === 'not-found') return fail('notFound');
  if (answer.kind !== 'ready') return fail('unreachable');
  await page.showPublication(answer.view);
  if (!hasWebGl(document)) return fail('noWebGl');
  try {
    const { openVisit } = await import('./visit');
    renewal = new Renewal({
      read: () => readPublication(id),
      onRenewed: ({ view }) => {
        if (view.versionId === answer.view.versionId) visit?.renew(view);
        else void open(); // the tiles of two versions do not fit together
      },
      onGone: () => fail('expired'),
      schedule: (ms, work) => {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    });
    renewal.start(answer.lifetimeMs);
    visit = openVisit(page, answer.view, renewal, {
      onReady: (points) => tellEmbedder({ type: 'stead:ready', publicationId: id, points }),
      onProblem: fail,
    });
  } catch (error) {
    reportError(error);
    // The engine's own file did not come, or its start-up failed.
    fail(error instanceof TypeError && !navigator.onLine ? 'unreachable' : 'failed');
  }
}

async function readWhenReady(publicationId: string): Promise<PublicationAnswer> {
  let answer = await readPublication(publicationId);
  for (let tries = 0; answer.kind === 'not-ready' && tries < NOT_READY_TRIES_MAX; tries += 1) {
    if (shown !== 'notReady') fail('notReady');
    const { retryAfterMs } = answer;
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    answer = await readPublication(publicationId);
  }
  if (shown === 'notReady') fail(null);
  return answer;
}

/** Goes on with what is there, or begins anew where there is nothing. */
async function retry(): Promise<void> {
  if (visit !== null && shown === null) visit.retry();
  else if (shown === 'graphicsLost')
    location.reload(); // a canvas keeps its lost context
  else await open();
}

function fail(problem: PageProblem | null): void {
  shown = problem;
  if (problem !== null && problem !== 'notReady') {
    end();
    tellEmbedder({ type: 'stead:problem', publicationId: id, problem });
  }
  page.showProblem(problem);
}

function end(): void {
  renewal?.stop();
  visit?.end();
  renewal = null;
  visit = null;
}

/** The site that shows us in a frame may want to know. Nothing in it is secret: it has the address already. */
function tellEmbedder(message: Record<string, string | number | null>): void {
  if (window.parent !== window) window.parent.postMessage(message, '*');
}
