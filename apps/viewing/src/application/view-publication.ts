import type { PublicationView, PublicSpace } from '@stead/contracts/viewing';
import type { SplatEntry } from '@stead/contracts/pipeline';
import type { Actor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Bundles } from './bundles';
import { DOWNLOAD } from './download-place';
import { refusalOf, type Places } from './places';
import type { Near, NearPlace, PublicationReader, PublishedInList } from './ports';
import { sceneFileOf } from '../domain/bundle';
import { viewingError } from '../domain/errors';
import { grantOf, type Grant } from '../domain/grant';
import { entryOf, mayDownload, type Place } from '../domain/place';
import type { TileTokens } from '../domain/tile-tokens';
import type { VisitTokens } from '../domain/visit-tokens';

/** What a visitor's page needs, with fresh addresses. */
export class ViewPublication {
  constructor(
    private readonly publications: PublicationReader,
    private readonly places: Places,
    private readonly bundles: Bundles,
    private readonly tokens: TileTokens,
    private readonly visits: VisitTokens,
    private readonly clock: Clock,
  ) {}

  /** By what a visit was let in to, where it still is; else as somebody who comes without one. */
  async run(actor: Actor, id: string, visit: string | null): Promise<PublicationView> {
    const now = this.clock.now();
    const grant = visit === null ? null : this.visits.check(visit, now);
    if (grant?.publicationId === id) {
      const place = await this.places.granted(grant, now);
      if (place !== null) return this.present(place, grant);
    }
    // Who came by a share link that is over learns that, and not that the publication asks for something else.
    const place = await this.places.find(grant?.publicationId === id ? (grant.linkId ?? id) : id);
    const entry = entryOf(place, await this.places.visitorOf(actor, place, false), now);
    if (entry.kind === 'refuse') throw refusalOf(entry.why);
    // Getting in by a share link is counted, and only opening a visit counts.
    if (place.link !== null) throw viewingError['access-expired']('Open the place again: POST /v1/visits');
    return this.present(place, grantOf(place, entry.mode));
  }

  /** Newest first; one more than asked for, where there is more. */
  async listPublic(before: string | null, limit: number): Promise<{ sortId: string; space: PublicSpace }[]> {
    const rows = await this.publications.listPublic(before, limit + 1);
    return Promise.all(rows.map(async (row) => ({ sortId: row.sortId, space: await this.presentInList(row, null) })));
  }

  /** The nearest first; one more than asked for, where there is more. */
  async listNearby(near: Near, after: NearPlace | null, limit: number): Promise<(NearPlace & { space: PublicSpace })[]> {
    const rows = await this.publications.listNearby(near, after, limit + 1);
    return Promise.all(
      rows.map(async (row) => ({
        ...{ distanceM: row.distanceM, sortId: row.sortId },
        space: await this.presentInList(row, row.distanceM),
      })),
    );
  }

  async present(place: Place, grant: Grant): Promise<PublicationView> {
    const { published } = place;
    const bundle = await this.bundles.of(published);
    const { id, title, visibility, versionId, contents } = published;
    const { token, expiresAt } = this.tokens.issue(grant, versionId, this.clock.now());
    const urlOf = (path: string): string => `/t/${token}/${path}`;
    // Of a place with a price only what lies in its free part is told.
    const restUrlOf = (path: string | null): string | null => (path === null || grant.mode === 'preview' ? null : urlOf(path));
    const splatUrl = restUrlOf(bundle.splat?.path ?? null);
    const { start, bounds, units, quality, builtAt, pipeline } = bundle;
    return {
      ...{ id, title, visibility, versionId, access: grant.mode },
      posterUrl: urlOf(bundle.posterPath),
      tilesetUrl: urlOf(bundle.tilesetPath),
      planUrl: restUrlOf(bundle.planPath),
      camerasUrl: restUrlOf(bundle.camerasPath),
      photos: published.photos && grant.mode === 'full',
      splat: bundle.splat === null || splatUrl === null ? null : splatOf(splatUrl, bundle.splat),
      sceneUrl: restUrlOf(contents === null ? null : sceneFileOf(contents).path),
      downloadUrl: mayDownload(place, grant.mode) ? urlOf(DOWNLOAD) : null,
      expiresAt: expiresAt.toISOString(),
      ...{ start, bounds: grant.mode === 'preview' ? (published.preview ?? bounds) : bounds, units, quality },
      attribution: { builtAt, pipeline },
    };
  }

  private async presentInList(published: PublishedInList, distanceM: number | null): Promise<PublicSpace> {
    const { id, title, publishedAt, position } = published;
    // One bundle that cannot be read must not take the list away.
    const place = { published, link: null };
    const view = await this.present(place, grantOf(place, 'full')).catch(() => null);
    return {
      ...{ id, title, path: `/v/${id}`, posterUrl: view?.posterUrl ?? null, publishedAt: publishedAt.toISOString() },
      position: position === null ? null : { latitude: degrees(position.latitude), longitude: degrees(position.longitude) },
      distanceM: distanceM === null ? null : Math.round(distanceM),
    };
  }
}

function splatOf(url: string, { matrix, count }: SplatEntry): PublicationView['splat'] {
  return { url, matrix, count };
}

/** A metre or so: as exact as the place of a map is. */
function degrees(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
