import type { AccessDraft } from './access-fields';
import type { PublicationTranslation } from './publication-words';
import { VISIBILITIES } from './looks';
import type { Publication } from './queries';
import type { Change } from './changing';

export type Sites = 'any' | 'none' | 'list';
/** x, y, z as they stand in their fields: a number, or what is no number yet. */
export type Corner = [number | string, number | string, number | string];

export interface SettingsDraft extends AccessDraft {
  title: string;
  sites: Sites;
  siteList: string[];
  /** Null: nothing is shown for free. */
  preview: { min: Corner; max: Corner } | null;
  photos: boolean;
}

type Point = [number, number, number];
/** What a PATCH of the settings says; what is left out stays as it is. */
interface SettingsChange {
  title?: string;
  visibility?: Publication['visibility'];
  password?: string;
  embedSites?: string[] | null;
  preview?: { min: Point; max: Point } | null;
  photos?: boolean;
}

export function draftOf({ title, visibility, embedSites, preview, photos }: Publication): SettingsDraft {
  return {
    ...{ title, visibility, password: '', photos },
    sites: embedSites === null ? 'any' : embedSites.length === 0 ? 'none' : 'list',
    siteList: embedSites ?? [],
    preview: preview === null ? null : { min: cornerOf(preview.min), max: cornerOf(preview.max) },
  };
}

const cornerOf = ([x = 0, y = 0, z = 0]: readonly number[]): Corner => [x, y, z];

/** Only what differs from what was there: what somebody else has changed meanwhile is not turned back. */
export function changeOf(before: Publication, draft: SettingsDraft): SettingsChange {
  const [embedSites, preview] = [sitesOf(draft), previewOf(draft)];
  return {
    ...(draft.title === before.title ? {} : { title: draft.title }),
    ...(draft.visibility === before.visibility ? {} : { visibility: draft.visibility }),
    ...(draft.visibility === 'password' && draft.password !== '' ? { password: draft.password } : {}),
    ...(same(embedSites, before.embedSites) ? {} : { embedSites }),
    ...(same(preview, before.preview) ? {} : { preview }),
    ...(draft.photos === before.photos ? {} : { photos: draft.photos }),
  };
}

function sitesOf({ sites, siteList }: SettingsDraft): string[] | null {
  if (sites === 'any') return null;
  return sites === 'none' ? [] : siteList.map((site) => site.trim()).filter(Boolean);
}

function previewOf({ preview }: SettingsDraft): { min: Point; max: Point } | null {
  return preview === null ? null : { min: pointOf(preview.min), max: pointOf(preview.max) };
}

/** What is no number becomes none in JSON too, and the server says which it is. */
function pointOf([x, y, z]: Corner): Point {
  const number = (value: number | string): number => (value === '' ? NaN : Number(value));
  return [number(x), number(y), number(z)];
}

/** Both are plain data whose members stand in one order. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The change side by side with what is there now. */
export function differences({ t }: PublicationTranslation, change: SettingsChange): NonNullable<Change['mine']> {
  const sites = (list: string[] | null): string => (list === null ? t('sitesAny') : list.join(', ') || t('sitesNone'));
  const box = (preview: Publication['preview']): string =>
    preview ? `${preview.min.join(', ')} – ${preview.max.join(', ')}` : t('nothingShown');
  const shownOrNot = (photos: boolean): string => t(photos ? 'photosShown' : 'photosHidden');
  const { title, visibility, password, embedSites, preview, photos } = change;
  return [
    ...(title === undefined ? [] : [{ label: t('titleLabel'), mine: title, theirs: (now: Publication) => now.title }]),
    ...(visibility === undefined
      ? []
      : [
          {
            label: t('access'),
            mine: t(VISIBILITIES[visibility].word),
            theirs: (now: Publication) => t(VISIBILITIES[now.visibility].word),
          },
        ]),
    ...(password === undefined
      ? []
      : [
          {
            label: t('password'),
            mine: t('passwordNew'),
            theirs: (now: Publication) => t(now.hasPassword ? 'hasPassword' : 'noPassword'),
          },
        ]),
    ...(embedSites === undefined
      ? []
      : [{ label: t('sites'), mine: sites(embedSites), theirs: (now: Publication) => sites(now.embedSites) }]),
    ...(preview === undefined
      ? []
      : [{ label: t('preview'), mine: box(preview), theirs: (now: Publication) => box(now.preview) }]),
    ...(photos === undefined
      ? []
      : [{ label: t('photos'), mine: shownOrNot(photos), theirs: (now: Publication) => shownOrNot(now.photos) }]),
  ];
}
