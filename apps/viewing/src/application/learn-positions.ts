import type { Bundles } from './bundles';
import type { PositionStore } from './ports';

const AT_ONCE = 50;
const AGAIN_MS = 2_000;
const AGAIN_MAX_MS = 600_000;

/**
 * Reads where public places are from the manifests of their bundles. Beside the news of a publication and not in its way: visitors
 * get in while its bundle is still being copied, and what was published before anybody asked for positions gets one too.
 */
export class LearnPositions {
  constructor(
    private readonly store: PositionStore,
    private readonly bundles: Bundles,
  ) {}

  /** Whether there may be more. */
  async run(): Promise<boolean> {
    const unplaced = await this.store.unplaced(AT_ONCE);
    for (const one of unplaced) {
      // Whatever is wrong with one bundle, visitors are told of it where they ask for it.
      const bundle = await this.bundles.of(one).catch(() => null);
      if (bundle === null) await this.store.tryAgain(one, Math.min(AGAIN_MAX_MS, AGAIN_MS * 2 ** one.tries));
      else await this.store.place(one, bundle.position);
    }
    return unplaced.length === AT_ONCE;
  }
}
