import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { RunSummaryView } from '@stead/contracts/dispatcher';
import type { SpaceMapView } from '@stead/contracts/space-maps';
import { useSession } from '../session';
import { usePaletteWords, type PaletteWords } from './palette-words';

/** Somewhere to go. */
export interface Goal {
  kind: 'page' | 'map' | 'run' | 'publication';
  name: string;
  href: string;
}

interface Listed<T> {
  items: T[];
}
const EACH_MAX = 6;

interface Page {
  word: keyof PaletteWords;
  href: string;
  scope?: string;
}
const PAGES: readonly Page[] = [
  { word: 'home', href: '/' },
  { word: 'newMap', href: '/maps/new', scope: 'space-maps:write' },
  { word: 'publications', href: '/publications', scope: 'publications:read' },
];

/** Pages by their names, and by their addresses. */
export function usePages(typed: string): Goal[] {
  const { t } = usePaletteWords();
  const { scopes } = useSession();
  const operates = [...scopes].some((scope) => scope.startsWith('platform:'));
  const pages: readonly Page[] = operates ? [...PAGES, { word: 'backOffice', href: '/ops/' }] : PAGES;
  const wanted = typed.trim().toLowerCase();
  return pages
    .filter(({ scope }) => scope === undefined || scopes.has(scope))
    .map(({ word, href }): Goal => ({ kind: 'page', name: t(word), href }))
    .filter(({ name, href }) => name.toLowerCase().includes(wanted) || href.includes(wanted));
}

/** Maps, runs and publications with the text in their names, the newest of each first. */
export function useFound(typed: string): UseQueryResult<Goal[]> {
  const { client, scopes } = useSession();
  const text = typed.trim();
  return useQuery({
    queryKey: ['palette', text],
    queryFn: async (): Promise<Goal[]> => {
      const list = <T>(scope: string, path: string, name: string): Promise<Listed<T>> => {
        const query = new URLSearchParams({ limit: String(EACH_MAX), ...(text === '' ? {} : { [name]: text }) });
        return scopes.has(scope) ? client.get<Listed<T>>(`${path}?${query}`) : Promise.resolve({ items: [] });
      };
      const [maps, runs, publications] = await Promise.all([
        list<SpaceMapView>('space-maps:read', '/v1/space-maps', 'name'),
        list<RunSummaryView>('runs:read', '/v1/runs', 'title'),
        list<{ id: string; title: string }>('publications:read', '/v1/publications', 'title'),
      ]);
      return [
        ...maps.items.map(({ id, name }): Goal => ({ kind: 'map', name, href: `/maps/${id}` })),
        ...runs.items.map(({ id, title }): Goal => ({ kind: 'run', name: title, href: `/runs/${id}` })),
        ...publications.items.map(({ id, title }): Goal => ({ kind: 'publication', name: title, href: `/publications/${id}` })),
      ];
    },
    staleTime: 10_000,
    placeholderData: (before) => before,
  });
}
