import { randomBytes } from 'node:crypto';
import { Vault, VaultKeyMissing, vaultKeys } from './vault';

const [OLD, NEW] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
const PLACE = 'workspaces/w/captures/c/seal.json';

describe('a vault', () => {
  it('keeps a key of its own for each place, and opens it there and nowhere else', () => {
    const vault = new Vault([NEW]);
    const [one, two] = [vault.create(PLACE), vault.create(PLACE)];
    expect(one.key).toHaveLength(32);
    expect(one.key.equals(two.key)).toBe(false);
    expect(vault.open(one.document, PLACE).equals(one.key)).toBe(true);
    expect(() => vault.open(one.document, 'elsewhere/seal.json')).toThrow(VaultKeyMissing);
    expect(one.document.toString()).not.toContain(one.key.toString('base64'));
  });

  it('opens under every key it was given, seals under the first, and says what to set when it has none', () => {
    const { key, document } = new Vault([OLD]).create(PLACE);
    const both = new Vault([NEW, OLD]);
    expect(both.open(document, PLACE).equals(key)).toBe(true);
    expect(() => new Vault([NEW]).open(document, PLACE)).toThrow(/VAULT_KEY/);
    const next = both.create(PLACE);
    expect(new Vault([NEW]).open(next.document, PLACE).equals(next.key)).toBe(true);
    expect(() => new Vault([OLD]).open(next.document, PLACE)).toThrow(VaultKeyMissing);
    expect(() => new Vault([]).create(PLACE)).toThrow(VaultKeyMissing);
  });

  it('takes its keys from a list, and refuses what is too short to be one', () => {
    expect(vaultKeys.parse(`${NEW}, ${OLD}`)).toEqual([NEW, OLD]);
    for (const list of ['', 'short', `${NEW},`, `${NEW},short`]) expect(vaultKeys.safeParse(list).success).toBe(false);
  });
});
