import { followEvents, type StreamEvent } from './event-stream';
import { mapItem, runItem, type MapRow, type RunRow } from './items';
import { WORDS, preferredLanguage, type Language } from './words';

const KEY = 'stead.key';
const element = <T extends HTMLElement>(id: string): T => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T; // ids and tags stand together in index.html
};

let language: Language = preferredLanguage(navigator.languages, new URLSearchParams(location.search).get('lang'));
let session: AbortController | null = null;
const runs = new Map<string, RunRow>();
let maps: MapRow[] = [];
let publications = new Map<string, string>();

function show(): void {
  const words = WORDS[language];
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll<HTMLElement>('[data-text]')) {
    node.textContent = words[node.dataset['text'] as keyof typeof words]; // the names stand in index.html
  }
  element('language').textContent = words.otherLanguage;
  const list = (id: string, items: HTMLElement[], empty: string): void => {
    element(id).replaceChildren(
      ...(items.length > 0 ? items : [Object.assign(document.createElement('li'), { textContent: empty })]),
    );
  };
  list(
    'runs',
    [...runs.values()].map((run) => runItem(run, words)),
    words.noRuns,
  );
  list(
    'maps',
    maps.map((map) => mapItem(map, publications.get(map.id) ?? null, words)),
    words.noMaps,
  );
}

async function read<T>(path: string, key: string): Promise<T> {
  const response = await fetch(path, { headers: { authorization: `Bearer ${key}` } });
  if (response.status === 401) throw new Error('refused');
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()) as T; // our own API's documented answer
}

async function refreshMaps(key: string): Promise<void> {
  const [mapPage, publicationPage, runPage] = await Promise.all([
    read<{ items: MapRow[] }>('/v1/space-maps', key),
    read<{ items: { id: string; spaceMapId: string }[] }>('/v1/publications', key),
    read<{
      items: {
        id: string;
        title: string;
        state: string;
        step: string | null;
        percent: number;
        etaS: number | null;
        cluster: string | null;
        why: string | null;
      }[];
    }>('/v1/runs', key),
  ]);
  maps = mapPage.items;
  publications = new Map(publicationPage.items.map(({ id, spaceMapId }) => [spaceMapId, id]));
  runs.clear();
  for (const run of runPage.items) {
    if (!['succeeded', 'failed', 'cancelled', 'dead-letter'].includes(run.state)) runs.set(run.id, { ...run, runId: run.id });
  }
  show();
}

function onEvent(event: StreamEvent, key: string): void {
  const { data } = event;
  if (event.type === 'run.progressed') {
    runs.set(String(data['runId']), data as unknown as RunRow); // runProgressed's payload
    show();
  } else {
    refreshMaps(key).catch(() => undefined); // the stream's own state line tells when the platform is away
  }
}

async function signIn(key: string): Promise<void> {
  try {
    await refreshMaps(key);
  } catch (error) {
    sessionStorage.removeItem(KEY);
    element('sign-in').hidden = false;
    element('problem').textContent =
      error instanceof Error && error.message === 'refused' ? WORDS[language].keyRefused : WORDS[language].unreachable;
    element('key').focus();
    return;
  }
  sessionStorage.setItem(KEY, key);
  element('sign-in').hidden = true;
  for (const id of ['runs-section', 'maps-section', 'sign-out']) element(id).hidden = false;
  session = new AbortController();
  void followEvents(
    key,
    session.signal,
    (event) => onEvent(event, key),
    (live) => {
      element('connection').textContent = live ? WORDS[language].live : WORDS[language].unreachable;
      if (live) refreshMaps(key).catch(() => undefined);
    },
  );
}

element('language').addEventListener('click', () => {
  language = language === 'en' ? 'ko' : 'en';
  show();
});
element('sign-out').addEventListener('click', () => {
  session?.abort();
  sessionStorage.removeItem(KEY);
  location.reload();
});
element<HTMLFormElement>('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  void signIn(element<HTMLInputElement>('key').value.trim());
});

show();
// The fragment never leaves the browser; it is taken off the address bar at once.
const fragment = new URLSearchParams(location.hash.slice(1)).get('key');
if (fragment !== null) history.replaceState(null, '', location.pathname + location.search);
const known = fragment ?? sessionStorage.getItem(KEY);
if (known !== null) void signIn(known);
else element('sign-in').hidden = false;
