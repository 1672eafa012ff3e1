import { checksumContract } from './contract-checksums';
import { conditionContract } from './contract-conditions';
import { listingContract } from './contract-listing';
import { multipartContract } from './contract-multipart';
import { objectContract } from './contract-objects';
import { postContract } from './contract-post';
import { signatureContract } from './contract-signatures';
import { openRun, type ContractRun, type S3Target } from './target';

/**
 * What the platform relies on in an S3 store, checked from outside with the AWS SDK and with requests signed by hand. The
 * same cases run against the store over a folder and against a real one, so that the first cannot drift from the second.
 */
export function objectStoreContract(name: string, makeTarget: () => Promise<S3Target>): void {
  describe(`${name} keeps the contract of S3:`, () => {
    let run: ReturnType<typeof openRun> | undefined;
    beforeAll(async () => {
      run = openRun(await makeTarget());
    });
    afterAll(async () => {
      await run?.end();
    });
    const current = (): ContractRun => {
      if (!run) throw new Error('The target did not start');
      return run;
    };
    describe('objects', () => objectContract(current));
    describe('conditional requests', () => conditionContract(current));
    describe('checksums and chunked bodies', () => checksumContract(current));
    describe('uploads in parts', () => multipartContract(current));
    describe('listing and deleting', () => listingContract(current));
    describe('signatures', () => signatureContract(current));
    describe('form uploads', () => postContract(current));
  });
}
