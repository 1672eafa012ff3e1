import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The part of a browser's page that is needed here. */
interface Pictured {
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
}

/**
 * Keeps pictures of pages for people to look at, as `<STEAD_SCREENSHOTS>/<journey>/<name>.png`. Where that variable names no
 * folder none is taken: no test depends on them, and drawing them takes a while.
 */
export function album(journey: string): (page: Pictured, name: string, options?: { fullPage?: boolean }) => Promise<void> {
  const root = process.env['STEAD_SCREENSHOTS'] ?? '';
  return async (page, name, options = {}) => {
    if (root === '') return;
    const folder = join(root, journey);
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), ...options });
  };
}
