import type { Readable } from 'node:stream';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { publicationChanged, publicationPasswordChanged, shareLinkChanged } from '@stead/contracts/studio';
import type { Actor } from '@stead/platform/auth';
import type { Position } from '../domain/earth';
import type { Published, ShareLink } from '../domain/place';
import type { LinkViews, Period, PublicationSum, Scope, Sighting, ViewSum, WorkspaceSums } from '../domain/statistics';

export interface PublishedInList extends Published {
  sortId: string;
  publishedAt: Date;
  /** Null while it is not known, and where the map is not on the earth. */
  position: Position | null;
}

export interface Near {
  centre: Position;
  radiusM: number;
}

/** Where a page of what is near goes on: behind what was so far away and came last. */
export interface NearPlace {
  distanceM: number;
  sortId: string;
}

export interface PublishedNearby extends PublishedInList {
  distanceM: number;
}

/** What is published, as far as visitors may know. An answer is never older than a second. */
export abstract class PublicationReader {
  abstract find(id: string): Promise<Published | null>;
  /** A share link that is not revoked, whether or not it lets somebody in. */
  abstract findLink(id: string): Promise<ShareLink | null>;
  abstract listPublic(before: string | null, limit: number): Promise<PublishedInList[]>;
  /** The nearest first. */
  abstract listNearby(near: Near, after: NearPlace | null, limit: number): Promise<PublishedNearby[]>;
}

export abstract class PublicationWriter {
  /** Keeps the newest revision, and tells the readers of every process. */
  abstract apply(workspaceId: string, news: PayloadOf<typeof publicationChanged>): Promise<void>;
  abstract applyPassword(workspaceId: string, news: PayloadOf<typeof publicationPasswordChanged>): Promise<void>;
  abstract applyLink(workspaceId: string, news: PayloadOf<typeof shareLinkChanged>): Promise<void>;
}

/** What has to be read to know where a public place is. */
export interface Unplaced {
  id: string;
  bundlePrefix: string;
  manifestSha256: string;
  tries: number;
}

export abstract class PositionStore {
  /** Public places whose manifest was not read yet, and whose turn it is. */
  abstract unplaced(limit: number): Promise<Unplaced[]>;
  /** Unless the publication has moved on to another manifest. */
  abstract place(one: Unplaced, position: Position | null): Promise<void>;
  abstract tryAgain(one: Unplaced, inMs: number): Promise<void>;
}

export abstract class VisitCounter {
  /** One more visit by a share link; false when it has had as many as it may. Exact, however many come at once. */
  abstract count(link: ShareLink): Promise<boolean>;
}

/** Tells visitors of one day apart, and nothing else about them. */
export abstract class VisitorDigests {
  /** Under a salt of the day that nobody keeps: from one day to the next, and afterwards, nobody is recognised. */
  abstract of(day: string, publicationId: string, caller: { address: string; userAgent: string }): Promise<Buffer>;
}

/** Where a page of publications ended. */
export interface ViewedAfter {
  views: number;
  publicationId: string;
}

export abstract class SightingStore {
  abstract add(sightings: readonly Sighting[]): Promise<void>;
  abstract sums(workspaceId: string, publicationId: string, period: { from: string; to: string }): Promise<ViewSum[]>;
  abstract links(workspaceId: string, publicationId: string): Promise<LinkViews[]>;
  /** Over all publications of a workspace, or one; the most opened hotspots, so many at most. */
  abstract workspaceSums(workspaceId: string, scope: Scope, hotspotsMax: number): Promise<WorkspaceSums>;
  /** The most viewed first, those after `after` in that order. */
  abstract viewed(workspaceId: string, period: Period, after: ViewedAfter | null, limit: number): Promise<PublicationSum[]>;
  /** Forgets who was counted before a day. */
  abstract forgetBefore(day: string): Promise<void>;
}

/** A version of a map, whether or not it is published. */
export type ReadyVersion = Pick<Published, 'versionId' | 'bundlePrefix' | 'manifestSha256'>;

/** The versions of maps, of which studio keeps what is known. An answer is never older than a second. */
export abstract class MapVersions {
  /** Null where the workspace has no such version that is ready, or its map was deleted. */
  abstract find(workspaceId: string, versionId: string): Promise<ReadyVersion | null>;
}

/** Who has paid for what. */
export abstract class Entitlements {
  abstract has(actor: Actor, publicationId: string): Promise<boolean>;
}

/** Bytes of bundles. Both throw `publication-not-ready` where nothing is. */
export abstract class BundleFiles {
  abstract read(key: string, bytesMax: number): Promise<Buffer>;
  abstract stream(key: string, range: { start: number; end: number } | null): Promise<Readable>;
}

export interface ArchivedFile {
  path: string;
  bytes: number;
  open(): Promise<Readable>;
}

export abstract class Archives {
  /** A ZIP of files as they are; they are opened one after the other, as it is read. `bytes`: of the whole. */
  abstract of(files: readonly ArchivedFile[], at: Date): Promise<{ bytes: number; body: Readable }>;
}

export abstract class Pictures {
  /** A JPEG of 1200 × 630 pixels, as Open Graph's readers want it. Throws where the bytes are no picture. */
  abstract card(picture: Buffer): Promise<Buffer>;
}
