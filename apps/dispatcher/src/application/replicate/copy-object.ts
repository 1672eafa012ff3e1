import { createHash } from 'node:crypto';
import { isSealedKey } from '@stead/contracts/pipeline';
import { PreconditionFailed, partBytes, type ObjectHead } from '@stead/platform/object-store';
import { sealedBytes } from '@stead/platform/sealed-objects';
import { KeyTurns, type Budget } from './budget';
import { CopyStopped, ObjectConflict, SourceUnusable } from './copy-errors';
import type { CopyInParts } from './copy-parts';
import type { Replica } from './ports';
import { digestOf, readRange, type ReadLimits } from './read-object';
import type { NamedStore } from './stores';

/** An object that has to lie in another store as well. */
export interface Wanted {
  workspaceId: string;
  key: string;
  /** As a record or manifest says, which of a sealed object is its content; null where nothing does. */
  bytes: number | null;
  sha256: string | null;
  /**
   * What an object that is there already means. `same`: it has to be this one. `keep`: it stays, whatever it is, because the
   * key is written more than once (the output of a step that was tried again).
   */
  ifThere: 'same' | 'keep';
}

export interface Line extends ReadLimits {
  from: NamedStore;
  to: NamedStore;
  /** Hears of bytes that have arrived. */
  moved(bytes: number): void;
}

/** Remembers what an object that was sent in parts is recognised by. */
export abstract class Replicas {
  abstract find(store: string, key: string): Promise<Replica | null>;
  abstract save(replica: Replica): Promise<void>;
  abstract forget(store: string, key: string): Promise<void>;
}

/**
 * Copies one object to another store, once, and never over an object that is there:
 *
 *   there already? ── the same ──▶ nothing to do
 *        │              └─ another ──▶ ObjectConflict
 *        │ no
 *   small: read, hash, PUT with If-None-Match      large: in parts, each read, hashed and sent by itself (`CopyInParts`)
 *
 * What arrives is checked twice: the store checks each request against the sha256 that it is signed with, and the whole is
 * compared with the sha256 that the object's record names before it becomes visible.
 */
export class CopyObject {
  private readonly turns = new KeyTurns();

  constructor(
    private readonly replicas: Replicas,
    private readonly inParts: CopyInParts,
    /** Bytes in memory, over all copies of this process. */
    private readonly memory: Budget,
  ) {}

  /** Two copies of one object to one store take turns, and the second one finds what the first one brought. */
  copy(wanted: Wanted, line: Line): Promise<'copied' | 'there'> {
    return this.turns.inTurn(turnOf(line.to, wanted.key), () => this.copyAlone(wanted, line));
  }

  /** Whether an object that is there is the one that is wanted; `ObjectConflict` when it is not. */
  async assertSame(named: Wanted, there: Pick<ObjectHead, 'bytes' | 'etag'>, line: Line): Promise<void> {
    if (named.ifThere === 'keep') return;
    const wanted = asStored(named, there.bytes);
    const { from, to } = line;
    const source = await from.ask((objects) => objects.head(wanted.key));
    if (source === null) {
      // The other one is gone; the record that names the object can still tell.
      if (wanted.sha256 === null && (wanted.bytes === null || wanted.bytes === there.bytes)) return;
      if (wanted.bytes === there.bytes && (await digestOf(to, wanted.key, there.etag, line)) === wanted.sha256) return;
      throw conflict(wanted.key, to, sizeOf(there), from, 'nothing');
    }
    if (source.bytes !== there.bytes) throw conflict(wanted.key, to, sizeOf(there), from, sizeOf(source));
    // Equal etags are equal content: they are digests of it. Different ones prove nothing: they depend on the parts, and on keys.
    if (source.etag === there.etag) return;
    const known = await this.replicas.find(to.name, wanted.key);
    if (known?.etag === there.etag && known.sourceEtag === source.etag) return;
    const [own, other] = [
      await digestOf(to, wanted.key, there.etag, line),
      wanted.sha256 ?? (await digestOf(from, wanted.key, source.etag, line)),
    ];
    if (own !== other) throw conflict(wanted.key, to, `sha256 ${own}`, from, `sha256 ${other}`);
    const { workspaceId, key } = wanted;
    await this.replicas.save({
      ...{ workspaceId, key, store: to.name, bytes: there.bytes },
      ...{ sourceEtag: source.etag, uploadId: null, etag: there.etag },
    });
  }

  /** Ends the upload of an object that nobody needs any more. What is under way for somebody else is left to them. */
  async giveUp(to: NamedStore, key: string): Promise<void> {
    if (this.turns.isWanted(turnOf(to, key))) return;
    await this.turns.inTurn(turnOf(to, key), () => this.inParts.abort(to, key));
  }

  private async copyAlone(named: Wanted, line: Line): Promise<'copied' | 'there'> {
    if (line.signal.aborted) throw new CopyStopped();
    const { from, to } = line;
    const there = await to.ask((objects) => objects.head(named.key));
    if (there !== null) {
      await this.assertSame(named, there, line);
      return 'there';
    }
    const source = await from.ask((objects) => objects.head(named.key));
    if (source === null) throw new SourceUnusable(named.key, 'missing', `${named.key} is missing in ${from.name}`);
    const wanted = asStored(named, source.bytes);
    if (wanted.bytes !== null && wanted.bytes !== source.bytes) {
      const detail = `${wanted.key} has ${source.bytes} bytes in ${from.name} instead of ${wanted.bytes}`;
      throw new SourceUnusable(wanted.key, 'damaged', detail);
    }
    try {
      if (source.bytes >= partBytes(1)) await this.inParts.copy(wanted, source, line);
      else await this.memory.with(source.bytes, () => this.copyWhole(wanted, source, line));
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
      // Somebody wrote the key meanwhile: ourselves, in a request whose answer was lost, or anybody else.
      await this.inParts.abort(to, wanted.key);
      const now = await to.ask((objects) => objects.head(wanted.key));
      if (now === null) throw error;
      await this.assertSame(named, now, line);
      return 'there';
    }
    return 'copied';
  }

  private async copyWhole(wanted: Wanted, source: ObjectHead, line: Line): Promise<void> {
    const { from, to } = line;
    const body = await readRange(from, wanted.key, source.etag, { start: 0, end: source.bytes - 1 }, line);
    const sha256 = createHash('sha256').update(body).digest('hex');
    assertContent(wanted, sha256, from);
    await to.ask((objects) => objects.put(wanted.key, body, { mediaType: source.mediaType, sha256, ifNoneMatch: '*' }));
    line.moved(body.length);
  }
}

/**
 * Records and manifests speak of what was sealed; here it travels as it lies. Of that its length follows, and nothing else: whoever opens
 * it finds out whether a bit of it was changed.
 */
function asStored(wanted: Wanted, bytes: number): Wanted {
  const isSealed = wanted.bytes !== null && isSealedKey(wanted.key) && bytes === sealedBytes(wanted.bytes);
  return isSealed ? { ...wanted, bytes, sha256: null } : wanted;
}

/** Bytes that are not what their record says must not arrive: whoever finds them there would believe them. */
export function assertContent(wanted: Wanted, sha256: string, from: NamedStore): void {
  if (wanted.sha256 === null || wanted.sha256 === sha256) return;
  const detail = `${wanted.key} has sha256 ${sha256} in ${from.name} instead of ${wanted.sha256}`;
  throw new SourceUnusable(wanted.key, 'damaged', detail);
}

function turnOf(to: NamedStore, key: string): string {
  return `${to.name} ${key}`;
}

function sizeOf({ bytes, etag }: Pick<ObjectHead, 'bytes' | 'etag'>): string {
  return `${bytes} bytes with etag ${etag}`;
}

function conflict(key: string, to: NamedStore, there: string, from: NamedStore, source: string): ObjectConflict {
  return new ObjectConflict(key, { store: to.name, description: there }, { store: from.name, description: source });
}
