import type { PublicationView, PublicSpace } from '@stead/contracts/viewing';
import type { Clock } from '@stead/platform/clock';
import type { Bundles } from './bundles';
import type { PublicationReader, Published, PublishedInList } from './ports';
import { sceneFileOf, type Bundle } from '../domain/bundle';
import { viewingError } from '../domain/errors';
import type { TileTokens } from '../domain/tile-tokens';

/** What a visitor's page needs, with fresh addresses. */
export class ViewPublication {
  constructor(
    private readonly publications: PublicationReader,
    private readonly bundles: Bundles,
    private readonly tokens: TileTokens,
    private readonly clock: Clock,
  ) {}

  async run(id: string): Promise<PublicationView> {
    const published = await this.publications.find(id);
    // Who may not see it gets the very answer of what does not exist.
    if (published === null) throw viewingError['publication-not-found']();
    return this.present(published, await this.bundles.of(published));
  }

  /** Newest first; one more than asked for, where there is more. */
  async listPublic(before: string | null, limit: number): Promise<{ sortId: string; space: PublicSpace }[]> {
    const rows = await this.publications.listPublic(before, limit + 1);
    return Promise.all(rows.map(async (row) => ({ sortId: row.sortId, space: await this.presentInList(row) })));
  }

  private present(published: Published, bundle: Bundle): PublicationView {
    const { id, title, visibility, versionId, contents } = published;
    const { token, expiresAt } = this.tokens.issue(id, versionId, this.clock.now());
    const urlOf = (path: string): string => `/t/${token}/${path}`;
    const optionalUrlOf = (path: string | null): string | null => (path === null ? null : urlOf(path));
    const { start, bounds, units, quality, builtAt, pipeline } = bundle;
    return {
      ...{ id, title, visibility, versionId },
      posterUrl: urlOf(bundle.posterPath),
      tilesetUrl: urlOf(bundle.tilesetPath),
      planUrl: optionalUrlOf(bundle.planPath),
      camerasUrl: optionalUrlOf(bundle.camerasPath),
      sceneUrl: contents === null ? null : urlOf(sceneFileOf(contents).path),
      expiresAt: expiresAt.toISOString(),
      ...{ start, bounds, units, quality },
      attribution: { builtAt, pipeline },
    };
  }

  private async presentInList(published: PublishedInList): Promise<PublicSpace> {
    const { id, title, publishedAt } = published;
    // One bundle that cannot be read must not take the list away.
    const view = await this.bundles.of(published).then(
      (bundle) => this.present(published, bundle),
      () => null,
    );
    return { id, title, path: `/v/${id}`, posterUrl: view?.posterUrl ?? null, publishedAt: publishedAt.toISOString() };
  }
}
