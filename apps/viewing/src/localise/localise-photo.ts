import type { KnownLens, LocalizedPhoto } from '@stead/contracts/viewing';
import type { Actor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { unavailable } from '@stead/platform/errors';
import { refusalOf, type Places } from '../application/places';
import { viewingError } from '../domain/errors';
import { entryOf, type Published } from '../domain/place';
import type { VisitTokens } from '../domain/visit-tokens';
import { geoPoseOf, poseInMap } from './camera-axes';
import { localiseError } from './errors';
import type { MapFiles } from './map-files';
import type { LocaliseMeter, NoFinding, Outcome, PhotoLocator, PhotoQuota } from './ports';
import type { Finding, Located } from './question';

export interface Asked {
  publicationId: string;
  /** What opening the publication gave; null for who comes without. */
  visit: string | null;
  address: string;
  photo: Buffer;
  lens: KnownLens;
}

/** Tells where in a publication's map a photo was taken, to who may see all of it. The photo is not kept. */
export class LocalisePhoto {
  constructor(
    private readonly places: Places,
    private readonly visits: VisitTokens,
    private readonly maps: MapFiles,
    private readonly locator: PhotoLocator,
    private readonly quota: PhotoQuota,
    private readonly meter: LocaliseMeter,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, asked: Asked): Promise<LocalizedPhoto> {
    const startMs = performance.now();
    let outcome: Outcome = 'refused';
    try {
      const { georeference, index } = await this.maps.of(await this.enter(actor, asked));
      if (index === null) throw localiseError['no-photo-index']('It was not made of photos, or their features were not kept');
      // After all that costs nothing, and before what does.
      const refusal = await this.quota.take(asked.address);
      if (refusal !== null)
        throw localiseError['too-many-photos'](`Wait ${refusal.retryAfterS} s before the next one`, { extra: { ...refusal } });
      const finding = await this.locator.locate(asked.photo, asked.lens, index);
      outcome = finding.kind;
      const { rotation, translation, focalPx, inliers, confidence } = foundOf(finding);
      const pose = poseInMap({ rotation, translation });
      const ms = Math.round(performance.now() - startMs);
      return { pose, geoPose: geoPoseOf(pose, georeference), focalPx, inliers, confidence, ms };
    } finally {
      this.meter.count(outcome, (performance.now() - startMs) / 1000);
    }
  }

  /** As for reading the publication: by a visit where it still holds, else as somebody who comes without one. */
  private async enter(actor: Actor, { publicationId, visit }: Asked): Promise<Published> {
    const now = this.clock.now();
    const grant = visit === null ? null : this.visits.check(visit, now);
    const granted = grant?.publicationId === publicationId ? await this.places.granted(grant, now) : null;
    if (granted !== null && grant?.mode === 'full') return granted.published;
    const place = await this.places.find(publicationId);
    // A share link is opened, and counted, by a visit.
    if (place.link !== null) throw viewingError['access-expired']('Open the place first: POST /v1/visits');
    const entry = entryOf(place, await this.places.visitorOf(actor, place, false), now);
    if (entry.kind === 'refuse') throw refusalOf(entry.why);
    // A photo of the rest would tell of the rest.
    if (entry.mode === 'preview') throw viewingError['payment-required']('Photos are placed for those who may see all of it');
    return place.published;
  }
}

function foundOf(finding: Finding | NoFinding): Located {
  switch (finding.kind) {
    case 'found':
      return finding;
    case 'not-here':
      throw localiseError['not-here']('Take it from where people walk, with more of the place in it, and no mirror or screen');
    case 'no-features':
      throw localiseError['no-features']('Hold still, and show things with edges and patterns and not a bare wall');
    case 'unreadable':
      throw localiseError['photo-unreadable'](finding.why, { errors: [{ pointer: '/photo', detail: finding.why }] });
    case 'stopped':
      throw localiseError['photo-unreadable'](
        'Reading it took too long or too much memory. Send it with 1600 pixels on its longer side',
        {
          errors: [{ pointer: '/photo', detail: 'Send it as JPEG with 1600 pixels on its longer side' }],
        },
      );
    case 'busy':
      throw localiseError['localisation-busy']('Send the photo again in a few seconds');
    case 'out-of-order':
      throw unavailable('Placing photos', new Error(finding.why));
  }
}
