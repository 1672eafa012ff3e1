import { Entitlements } from '../application/ports';

/** While nothing is sold nobody has bought anything: places with a price are seen by their own people, and by others in part. */
export class NoSales extends Entitlements {
  has(): Promise<boolean> {
    return Promise.resolve(false);
  }
}
