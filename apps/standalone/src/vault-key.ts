import type { StandaloneConfig } from './config';
import type { StateFile } from './state';

/** Under which the keys of originals lie: the one that is given, else one of this platform's own. */
export function vaultKeyOf({ VAULT_KEY: given }: Pick<StandaloneConfig, 'VAULT_KEY'>, state: StateFile): string {
  return given ?? state.secret('vault');
}
