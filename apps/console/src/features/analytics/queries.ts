import type { UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SteadApi, components } from '@stead/web/api-client';
import { body, isMissing, useRead } from '../../app/api';

type Schemas = components['schemas'];
export type Statistics = Schemas['WorkspaceStatistics'];
export type ViewedPlace = Schemas['ViewedPublication'];
export interface Period {
  from: string;
  to: string;
}

const ANALYTICS = 'analytics';
const PAGE_SIZE = 10;
/** Places to choose from: the newest hundred. */
const CHOICES_MAX = 100;
const ELEMENTS_MAX = 500;

export function useStatistics(period: Period, publicationId: string): UseQueryResult<Statistics> {
  const query = { ...period, ...(publicationId === '' ? {} : { publicationId }) };
  return useRead(
    [ANALYTICS, 'all', JSON.stringify(query)],
    async (api) => body(await api.GET('/v1/statistics', { params: { query } })),
    { keepsOld: true },
  );
}

export function useViewedPlaces(period: Period, cursor: string): UseQueryResult<{ items: ViewedPlace[]; next: string | null }> {
  const query = { ...period, ...(cursor === '' ? {} : { cursor }), limit: PAGE_SIZE };
  return useRead(
    [ANALYTICS, 'places', JSON.stringify(query)],
    async (api) => body(await api.GET('/v1/statistics/publications', { params: { query } })),
    { keepsOld: true },
  );
}

export function usePlaces(): { id: string; title: string }[] {
  const params = { query: { limit: CHOICES_MAX } };
  const { data } = useRead([ANALYTICS, 'choices'], async (api) => body(await api.GET('/v1/publications', { params })));
  return (data?.items ?? []).map(({ id, title }) => ({ id, title }));
}

/** Titles of the hotspots of these places, as their scenes are edited now; what is not in them any more has none. */
export function useHotspotTitles(publicationIds: readonly string[]): ReadonlyMap<string, string> {
  const { i18n } = useTranslation();
  const { data } = useRead(
    [ANALYTICS, 'hotspots', publicationIds.join(' ')],
    async (api) => (await Promise.all(publicationIds.map((id) => hotspotsOf(api, id)))).flat(),
    { enabled: publicationIds.length > 0 },
  );
  const inKorean = i18n.language.startsWith('ko');
  return new Map((data ?? []).map(({ id, ko, en }) => [id, (inKorean ? (ko ?? en) : (en ?? ko)) ?? id.slice(0, 8)]));
}

interface Titled {
  id: string;
  ko: string | undefined;
  en: string | undefined;
}

async function hotspotsOf(api: SteadApi, publicationId: string): Promise<Titled[]> {
  try {
    const path = { publicationId };
    const { scene } = body(await api.GET('/v1/publications/{publicationId}/settings', { params: { path } }));
    if (scene === null) return [];
    const params = { path: { sceneId: scene.id }, query: { limit: ELEMENTS_MAX } };
    const { items } = body(await api.GET('/v1/scenes/{sceneId}/elements', { params }));
    return items.flatMap(({ element }) =>
      element.kind === 'hotspot' ? [{ id: element.id, ko: element.title.ko, en: element.title.en }] : [],
    );
  } catch (error) {
    if (isMissing(error)) return []; // what was looked at is not there any more
    throw error;
  }
}
