export { SEGMENT_BYTES, isSealed, openedBytes, sealedBytes, SealBroken } from './format';
export { openBytes, opening } from './opening';
export { NotItsContent, sealBytes, sealing } from './sealing';
export { VAULT_KEY_HELP, Vault, VaultKeyMissing, vaultKeys } from './vault';
