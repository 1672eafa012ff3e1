import { createHash } from 'node:crypto';
import type { PlacePage } from '@stead/contracts/viewing';
import type { Clock } from '@stead/platform/clock';
import type { Bundles } from './bundles';
import { ByteCache } from './byte-cache';
import type { Places } from './places';
import type { BundleFiles, Pictures } from './ports';
import { viewingError } from '../domain/errors';
import { entryOf, type Place, type Visitor } from '../domain/place';

const POSTER_BYTES_MAX = 16 * 1024 * 1024;
const CACHE_BYTES_MAX = 16 * 1024 * 1024;
const STRANGER: Visitor = { signedIn: false, member: false, knowsPassword: false, entitled: false };

/** What is told of a place to whoever asks for its page, and to the sites where somebody pastes its address. */
export class PlacePages {
  private readonly cards = new ByteCache<Buffer>(CACHE_BYTES_MAX, (bytes) => bytes.length);

  constructor(
    private readonly places: Places,
    private readonly bundles: Bundles,
    private readonly store: BundleFiles,
    private readonly pictures: Pictures,
    private readonly clock: Clock,
  ) {}

  async of(id: string): Promise<PlacePage> {
    const place = await this.places.find(id).catch(orNull);
    if (place === null) return { embedSites: [], card: null, listed: false };
    const { title, embedSites, visibility } = place.published;
    return {
      embedSites: embedSites === null ? null : [...embedSites],
      card: this.isOpen(place) ? { title, imagePath: `/v1/places/${id}/card.jpg` } : null,
      listed: visibility === 'public' && place.link === null,
    };
  }

  /** A picture of the size that other sites show. Not of what a stranger may not see. */
  async cardOf(id: string): Promise<Buffer> {
    const place = await this.places.find(id);
    if (!this.isOpen(place)) throw viewingError['publication-not-found']();
    const bundle = await this.bundles.of(place.published);
    const poster = bundle.files.get(bundle.posterPath);
    if (poster === undefined) throw viewingError['file-not-found']();
    return this.cards.get(poster.sha256, async () => {
      const bytes = await this.store.read(bundle.prefix + poster.path, POSTER_BYTES_MAX);
      if (createHash('sha256').update(bytes).digest('hex') !== poster.sha256)
        throw viewingError['publication-not-ready'](`${poster.path} is not what its manifest says`);
      return this.pictures.card(bytes);
    });
  }

  /** Whether whoever has the address sees it, or its free part. */
  private isOpen(place: Place): boolean {
    return entryOf(place, STRANGER, this.clock.now()).kind === 'enter';
  }
}

function orNull(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'viewing/publication-not-found') return null;
  throw error;
}
