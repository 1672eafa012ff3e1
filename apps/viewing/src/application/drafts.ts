import type { MapVersionView } from '@stead/contracts/viewing';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Bundles } from './bundles';
import type { OpenedFile } from './open-file';
import type { MapVersions } from './ports';
import type { DraftTokens } from '../domain/draft-tokens';
import { viewingError } from '../domain/errors';
import type { FileAddress } from '../domain/file-address';

/** Versions of maps that are not published, or not yet: for the people of their workspace, who edit them. */
export class Drafts {
  constructor(
    private readonly tokens: DraftTokens,
    private readonly versions: MapVersions,
    private readonly bundles: Bundles,
    private readonly clock: Clock,
  ) {}

  async view({ workspaceId }: WorkspaceActor, versionId: string): Promise<MapVersionView> {
    const version = await this.versions.find(workspaceId, versionId);
    if (version === null) throw viewingError['map-version-not-found']();
    const { posterPath, tilesetPath, planPath, camerasPath, start, bounds, units, quality } = await this.bundles.of(version);
    const { token, expiresAt } = this.tokens.issue(workspaceId, versionId, this.clock.now());
    const urlOf = (path: string): string => `/t/${token}/${path}`;
    const orNull = (path: string | null): string | null => (path === null ? null : urlOf(path));
    return {
      versionId,
      posterUrl: urlOf(posterPath),
      tilesetUrl: urlOf(tilesetPath),
      planUrl: orNull(planPath),
      camerasUrl: orNull(camerasPath),
      expiresAt: expiresAt.toISOString(),
      ...{ start, bounds, units, quality },
    };
  }

  /** Each request asks again whether the map is still there. The same files as of a publication, and never for shared caches. */
  async open({ token, path }: FileAddress, now: Date): Promise<OpenedFile> {
    const verdict = this.tokens.check(token, now);
    if (verdict.kind === 'forged') throw viewingError['file-not-found']();
    if (verdict.kind === 'expired') throw viewingError['access-expired']();
    const { workspaceId, versionId, expiresAt } = verdict.access;
    const version = await this.versions.find(workspaceId, versionId);
    if (version === null) throw viewingError['map-version-not-found']();
    const bundle = await this.bundles.of(version);
    const file = bundle.files.get(path);
    if (file === undefined) throw viewingError['file-not-found']();
    const secondsLeft = Math.floor((expiresAt.getTime() - now.getTime()) / 1000);
    return { file, key: bundle.prefix + path, bytes: null, shared: false, secondsLeft };
  }
}
