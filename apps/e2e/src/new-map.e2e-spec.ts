import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import type { RunFilesView, RunView } from '@stead/contracts/dispatcher';
import type { MapVersionView, SpaceMapView } from '@stead/contracts/space-maps';
import type { CaptureView } from '@stead/contracts/workspaces';
import { album, until } from '@stead/testing/servers';
import { BadFiles, ply, truncatedJpeg } from './testing/bad-files';
import { PublishingDesk, faultsOf, hasFocus, press, tabTo } from './testing/publishing-desk';
import { ROOT } from './testing/running-platform';

const keep = album('new-map');
const GALLERY = join(ROOT, 'samples/gallery');
const PHOTOS = readdirSync(GALLERY)
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => join(GALLERY, name));
const PART_BYTES = 8 * 1024 * 1024;

interface Listed<T> {
  items: T[];
}

/** What a provider does from files to a map, in a browser, on the platform as `npm start` runs it. */
describe('from files to a map in a browser', () => {
  const desk = new PublishingDesk();
  const { platform, door } = desk;
  const files = new BadFiles(platform.home);

  beforeAll(async () => {
    await desk.start();
  }, 180_000);
  afterAll(() => desk.stop(), 60_000);

  /** With the keyboard: the dialog of the system alone is somebody else's. */
  async function choose(page: Page, paths: readonly string[]): Promise<void> {
    const button = page.getByRole('button', { name: /^(Choose files|파일 선택)$/ });
    await tabTo(page, button);
    const opened = page.waitForEvent('filechooser');
    await page.evaluate(() => 0); // by now the browser hands its dialog to us
    await page.keyboard.press('Enter');
    const chooser = await opened;
    await chooser.setFiles([...paths]);
  }
  const uploadButton = (page: Page): Locator => page.getByRole('button', { name: /^(Upload the files|파일 올리기)/ });
  const capture = async (): Promise<CaptureView> =>
    (await platform.get<Listed<CaptureView>>('/v1/captures?limit=1')).items[0] as CaptureView; // there is one by then
  const mapOf = async (name: string): Promise<SpaceMapView | undefined> =>
    (await platform.get<Listed<SpaceMapView>>(`/v1/space-maps?name=${encodeURIComponent(name)}`)).items[0];
  const runOf = (runId: string): Promise<RunView> => platform.get<RunView>(`/v1/runs/${runId}`);

  /** What was made, file by file: found by a part of the path, and its hash taken along. */
  async function filesOfTheRun(page: Page, runId: string): Promise<void> {
    const made = await platform.get<RunFilesView>(`/v1/runs/${runId}/files?path=plan`);
    const [file] = made.items;
    expect([made.total.files, file]).toMatchObject([2, { path: 'plan.json', kind: 'plan', step: 'plan' }]);
    await page
      .getByText(/^Files: \d+, /)
      .first()
      .waitFor({ timeout: 20_000 });
    await page
      .locator('tr[data-kind="tiles"]')
      .getByText(/^Files: \d+, /)
      .waitFor();
    await keep(page, 'run-files', { fullPage: true });
    await tabTo(page, page.getByLabel('Path contains'));
    await page.keyboard.type('PLAN');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /^plan\.png Plan plan image\/png/ }).waitFor({ timeout: 10_000 });
    await page.getByRole('row', { name: /^manifest\.json / }).waitFor({ state: 'detached' });
    expect(page.url()).toContain('path=PLAN');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await press(page, page.getByRole('button', { name: 'Copy the SHA-256 of plan.json' }));
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(file?.sha256);
  }

  it('leads from photos to a map that visitors can walk in, by keyboard alone, and says beforehand what it takes', async () => {
    const odd = files.folder('odd');
    writeFileSync(join(odd, 'notes.txt'), 'bring the tripod');
    writeFileSync(join(odd, 'empty.jpg'), '');
    writeFileSync(join(odd, 'torn.jpg'), truncatedJpeg().subarray(0, 400));
    files.photos('odd', ['same-again.jpg']);
    const page = await desk.open('/');
    await press(page, page.getByRole('link', { name: 'New map' }));
    await page.getByRole('heading', { level: 2, name: 'New map' }).waitFor({ timeout: 20_000 });
    await choose(page, [...PHOTOS, ...readdirSync(odd).map((name) => join(odd, name))]);
    await page.getByText('Photos: 20, ').waitFor({ timeout: 60_000 });
    const leftOut = page.getByText('Left out: 4');
    await leftOut.waitFor({ timeout: 60_000 });
    await press(page, leftOut);
    await page.getByText('notes.txt is no photo, video or point cloud').waitFor();
    await page.getByText('empty.jpg is empty').waitFor();
    await page.getByText('torn.jpg cannot be opened').waitFor();
    await page.getByText('same-again.jpg is the same as 0001.jpg').waitFor();

    // Time and price on both sides, before anything can be paid for.
    const own = page.getByRole('row', { name: /^onprem \(own GPUs\)/ });
    await own.waitFor({ timeout: 60_000 });
    expect(await own.textContent()).toMatch(/at once.*\d s.*0\.00\d\d/);
    expect(await page.getByRole('row', { name: /^cloud \(cloud\)/ }).textContent()).toMatch(/in \d+ .*\d.*0\.00\d\d/);
    await page.getByText('As it looks now: Runs on onprem: your own GPUs have room.').waitFor();
    expect(await page.getByRole('button', { name: 'Build the map' }).isEnabled()).toBe(false);

    await press(page, uploadButton(page));
    await page.getByText('All files are fit for a map.').waitFor({ timeout: 120_000 });
    expect(await capture()).toMatchObject({ state: 'verified', files: 20 });
    await tabTo(page, page.getByLabel('Name'));
    await page.keyboard.press('Control+A');
    await page.keyboard.type('The long gallery');
    await tabTo(page, page.getByLabel('Quality'));
    await page.keyboard.type('Preview');
    await press(page, page.getByRole('button', { name: 'Build the map' }));
    await page.getByRole('heading', { level: 2, name: 'How “The long gallery” is built' }).waitFor({ timeout: 60_000 });
    const runId = page.url().split('/').at(-1) ?? '';

    // The page moves by itself: steps end, bars grow, lines come.
    const doneSteps = page.locator('tr[data-step][data-state="succeeded"]');
    await until('a step to be done', async () => (await doneSteps.count()) > 0, 120_000);
    const before = await doneSteps.count();
    await page.getByText('Step ingest of run').waitFor({ timeout: 60_000 });
    await page.getByText('onprem has room').first().waitFor();
    await keep(page, 'run-moving', { fullPage: true });
    await until('another one to be done', async () => (await doneSteps.count()) > before, 600_000);
    expect(await page.locator('figure svg').getAttribute('data-bars')).not.toBe('0');
    await page.getByRole('row', { name: /^Attempt 1 on onprem .*done · succeeded/ }).waitFor({ timeout: 900_000 });
    await page.getByText(/Quality: Grade [ABC]/).waitFor({ timeout: 60_000 });
    expect(await runOf(runId)).toMatchObject({ state: 'succeeded', title: 'The long gallery' });
    await filesOfTheRun(page, runId);

    await press(page, page.getByRole('link', { name: 'The map: The long gallery' }));
    await page.getByRole('heading', { level: 2, name: 'The long gallery' }).waitFor({ timeout: 20_000 });
    await page.getByText('live', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText('20 of 20').waitFor();
    await keep(page, 'map-ready', { fullPage: true });
    await press(page, page.getByRole('link', { name: 'Publish', exact: true }));
    const dialog = page.getByRole('dialog', { name: 'Publish a map' });
    await dialog.waitFor({ timeout: 20_000 });
    await press(page, dialog.getByRole('button', { name: 'Publish', exact: true }));
    await page.getByRole('heading', { level: 2, name: 'The long gallery' }).waitFor({ timeout: 20_000 });
    const { id } = await desk.newest();
    await until('a visitor to come in', async () => (await desk.visit(`/v/${id}`)) === 201, 30_000);
    await page.context().close();
  }, 1_800_000);

  it('goes on with an upload where it was: after a broken network, a pause, and a reload of the page', async () => {
    const rows = Array.from({ length: 700_000 }, (_, i) => `${Math.cos(i).toFixed(6)} ${Math.sin(i).toFixed(6)} ${i}`);
    const cloud = join(files.folder('large'), 'tower.ply');
    const bytes = ply(rows.length, rows);
    expect(bytes.length).toBeGreaterThan(2 * PART_BYTES);
    writeFileSync(cloud, bytes);
    const page = await desk.open('/maps/new');
    const sent: string[] = [];
    let isBroken = true;
    await page.route(/partNumber=\d+/, async (route) => {
      const part = /partNumber=(\d+)/.exec(route.request().url())?.[1] ?? '';
      if (route.request().method() !== 'PUT') return route.fallback();
      if (isBroken && part !== '1') return route.abort('connectionreset');
      sent.push(part);
      return route.fallback();
    });
    await choose(page, [cloud]);
    await page.getByText('Point clouds: 1, ').waitFor({ timeout: 60_000 });
    await press(page, uploadButton(page));
    await page.getByText('No connection. It is tried again by itself').waitFor({ timeout: 60_000 });
    const bar = page.getByRole('progressbar', { name: 'All files together' });
    const percent = async (): Promise<number> => Number(await bar.getAttribute('aria-valuenow'));
    await until('the first part to be there', async () => (await percent()) > 20, 20_000);
    await press(page, page.getByRole('button', { name: 'Pause' }));
    await page.getByText('Paused. It goes on where it was').waitFor();
    const pausedAt = await percent();
    expect(pausedAt).toBeLessThan(100);
    await keep(page, 'paused', { fullPage: true });

    await page.reload();
    await page.getByText('0 of 1 files have arrived. Choose the same files again').waitFor({ timeout: 30_000 });
    isBroken = false;
    await choose(page, [cloud]);
    await page.getByText('Point clouds: 1, ').waitFor({ timeout: 60_000 });
    await press(page, uploadButton(page));
    await page.getByText('All files are fit for a map.').waitFor({ timeout: 120_000 });
    // Nothing was sent twice.
    expect(sent).toEqual([...new Set(sent)]);
    expect(sent).toHaveLength(Math.ceil(bytes.length / PART_BYTES));

    // A reload now leads straight to what is left to say.
    await page.reload();
    await page.getByText('All files are fit for a map.').waitFor({ timeout: 30_000 });
    expect(await page.getByLabel('Name').inputValue()).toBe('tower');
    await page.getByRole('row', { name: /^onprem/ }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.getByRole('button', { name: 'Choose files' }).waitFor();
    await until(
      'it to be deleted',
      async () =>
        !(await platform.get<Listed<CaptureView>>('/v1/captures')).items.some(
          ({ name, state }) => name === 'tower' && state !== 'deleted',
        ),
    );
    await page.context().close();
  }, 300_000);

  it('says what the server found wrong with a file before money is spent, and goes on without it', async () => {
    const folder = files.photos('with-stamp', ['1.jpg', '2.jpg', '3.jpg', '4.jpg']);
    const stamp = await sharp({ create: { width: 90, height: 90, channels: 3, background: '#884422' } })
      .jpeg()
      .toBuffer();
    writeFileSync(join(folder, 'stamp.jpg'), stamp);
    const page = await desk.open('/maps/new');
    await choose(
      page,
      ['1.jpg', '2.jpg'].map((name) => join(folder, name)),
    );
    await page.getByText('A map needs at least 3 different photos.').waitFor({ timeout: 60_000 });
    expect(await uploadButton(page).isEnabled()).toBe(false);
    await choose(
      page,
      ['3.jpg', '4.jpg', 'stamp.jpg'].map((name) => join(folder, name)),
    );
    await page.getByText('Fewer than 20 photos seldom make a good map.').waitFor({ timeout: 60_000 });
    await press(page, uploadButton(page));
    const refusal = page.getByRole('alert').filter({ hasText: 'cannot become a map as they are' });
    await refusal.waitFor({ timeout: 120_000 });
    expect(await refusal.textContent()).toMatch(/stamp\.jpg: .*90/);
    expect(await page.getByRole('button', { name: 'Build the map' }).isEnabled()).toBe(false);
    expect(await faultsOf(page)).toEqual([]);
    await keep(page, 'rejected', { fullPage: true });
    await press(page, refusal.getByRole('button', { name: 'Leave out what cannot be used' }));
    await page.getByText('The files are fit for a map. Some things are worth knowing').waitFor({ timeout: 120_000 });
    expect(await capture()).toMatchObject({ state: 'verified' });
    expect(await page.getByRole('button', { name: 'Build the map' }).isEnabled()).toBe(true);
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.getByRole('button', { name: 'Choose files' }).waitFor();
    await page.context().close();
  }, 300_000);

  it('changes a map: renamed with somebody else’s change in the way, built again, made live, retried, cancelled', async () => {
    const { spaceMapId } = desk;
    const page = await desk.open(`/maps/${spaceMapId}`);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Rename' }).click();
    await door.call('PATCH', `/v1/space-maps/${spaceMapId}`, { name: 'Great hall, south' });
    await dialog.getByLabel('Name').fill('Great hall, north');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('It is called “Great hall, south” now').waitFor({ timeout: 10_000 });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 2, name: 'Great hall, north' }).waitFor({ timeout: 10_000 });
    expect(await mapOf('great HALL, north')).toMatchObject({ id: spaceMapId });

    await page.getByRole('button', { name: 'Build again' }).click();
    await dialog.getByLabel('Ready before').fill('2020-01-01T00:00');
    await dialog.getByRole('button', { name: 'Build again' }).click();
    await dialog
      .getByText(/It is 20\d\d-/)
      .first()
      .waitFor({ timeout: 10_000 });
    await dialog.getByLabel('Ready before').fill('');
    await dialog.getByRole('button', { name: 'Build again' }).click();
    await page.waitForURL(/\/runs\//, { timeout: 20_000 });
    await page.getByRole('row', { name: /^Attempt 1 on .*done · succeeded/ }).waitFor({ timeout: 120_000 });
    await page.getByRole('link', { name: 'The map: Great hall, north' }).click();
    const second = page.getByRole('listitem').filter({ has: page.getByRole('heading', { level: 4, name: 'Version 2' }) });
    await second.getByRole('button', { name: 'Make it live: Version 2' }).click({ timeout: 60_000 });
    await second.getByText('live', { exact: true }).waitFor({ timeout: 10_000 });

    // From a chosen step, of a version that is over.
    await second.getByRole('link', { name: 'How it is built: Version 2' }).click();
    await page.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByLabel('From which step').selectOption('tile');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.waitFor({ state: 'detached', timeout: 20_000 });
    await page.getByRole('row', { name: /^Attempt 1 on / }).waitFor({ timeout: 60_000 });
    const retried = page.url().split('/').at(-1) ?? '';
    await until('it to be over', async () => (await runOf(retried)).state === 'succeeded', 120_000);

    // A run that no cluster takes can only be cancelled.
    const { items } = await platform.get<Listed<{ name: string }>>('/v1/clusters');
    for (const { name } of items) await door.call('POST', `/v1/platform/clusters/${name}/cordon`, {});
    const made = await door.call('POST', `/v1/space-maps/${spaceMapId}/versions`, { placement: { kind: 'onprem-only' } });
    await page.goto(`${platform.url}/maps/${spaceMapId}`);
    await page.getByRole('button', { name: 'Cancel the build: Version 4' }).click({ timeout: 20_000 });
    await until('the way out to have the focus', () => hasFocus(dialog.getByRole('button', { name: 'Keep building' })));
    await dialog.getByRole('button', { name: 'Cancel the build' }).click();
    await page.getByText('cancelled', { exact: true }).waitFor({ timeout: 30_000 });
    expect(await runOf(String(made.body['runId']))).toMatchObject({ state: 'cancelled' });
    for (const { name } of items) await door.call('POST', `/v1/platform/clusters/${name}/uncordon`, {});
    await page.context().close();
  }, 300_000);

  it('deletes a map with its versions, once somebody has said so twice', async () => {
    const { latestVersion } = await platform.get<SpaceMapView>(`/v1/space-maps/${desk.spaceMapId}`);
    const made = await door.call('POST', '/v1/space-maps', { name: 'Of no use', captureId: latestVersion.captureId });
    const page = await desk.open(`/maps/${String(made.body['id'])}`);
    const dialog = page.getByRole('dialog', { name: 'Delete “Of no use”?' });
    await press(page, page.getByRole('button', { name: 'Delete' }));
    await until('the way out to have the focus', () => hasFocus(dialog.getByRole('button', { name: 'Cancel' })));
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await mapOf('Of no use')).toBeDefined();
    await press(page, page.getByRole('button', { name: 'Delete' }));
    await press(page, dialog.getByRole('button', { name: 'Delete' }));
    await page.getByRole('heading', { level: 2, name: 'Space maps' }).waitFor({ timeout: 20_000 });
    expect(await mapOf('Of no use')).toBeUndefined();
    await page.context().close();
  }, 60_000);

  it('finds maps by name and by state, in the address, and everything by the palette', async () => {
    const page = await desk.open('/');
    await tabTo(page, page.getByLabel('Name contains'));
    await page.keyboard.type('nowhere');
    await page.keyboard.press('Enter');
    await page.getByText('No map is like that.').waitFor({ timeout: 10_000 });
    expect(page.url()).toContain('name=nowhere');
    await page.goto(`${platform.url}/?name=great&state=failed`);
    await page.getByText('No map is like that.').waitFor({ timeout: 20_000 });
    await page.goto(`${platform.url}/?name=GREAT`);
    await page
      .getByRole('link', { name: /^Great hall/ })
      .first()
      .waitFor({ timeout: 20_000 });

    const palette = page.getByRole('dialog', { name: 'Go to a page, a map, a run or a publication' });
    const openPalette = async (): Promise<void> => {
      await page.keyboard.press('Control+k');
      await until('the palette to have the focus', () => hasFocus(palette.getByRole('combobox')));
    };
    await openPalette();
    await page.keyboard.type('great');
    await palette.getByRole('option', { name: /^Great hall.*map$/ }).waitFor({ timeout: 10_000 });
    expect(await faultsOf(page)).toEqual([]);
    await keep(page, 'palette');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await palette.getByRole('option').first().getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/maps\//, { timeout: 10_000 });
    await openPalette();
    await page.keyboard.type('back off');
    await palette.getByRole('option', { name: /^Back office/ }).waitFor({ timeout: 10_000 });
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/ops/, { timeout: 10_000 });
    await openPalette();
    await page.keyboard.press('Escape');
    await palette.waitFor({ state: 'detached' });
    await page.context().close();
  }, 120_000);

  it('shows who may only look what he may, and says what is missing', async () => {
    const key = await desk.keyFor('space-maps:read', 'runs:read');
    const page = await (await desk.browser.newContext({ locale: 'en-GB' })).newPage();
    await page.goto(`${platform.url}/maps/new#key=${key}`);
    await page
      .getByText('Your key cannot make maps. It is missing: captures:read, captures:write, space-maps:write.')
      .waitFor({ timeout: 20_000 });
    await page.goto(`${platform.url}/maps/${desk.spaceMapId}`);
    await page.getByText('your key is missing space-maps:write').waitFor({ timeout: 20_000 });
    expect(await page.getByRole('button', { name: 'Rename' }).count()).toBe(0);
    await page.goto(`${platform.url}/maps/0190a000-0000-7000-8000-00000000000a`);
    await page.getByText('There is no such map.').waitFor({ timeout: 20_000 });
    await page.goto(`${platform.url}/runs/0190a000-0000-7000-8000-00000000000a`);
    await page.getByText('There is no such run.').waitFor({ timeout: 20_000 });
    await page.context().close();
  }, 60_000);

  it.each([
    ['English', 'light', { locale: 'en-GB', colorScheme: 'light' }],
    ['English', 'dark', { locale: 'en-GB', colorScheme: 'dark' }],
    ['Korean', 'light', { locale: 'ko-KR', colorScheme: 'light', viewport: { width: 390, height: 800 } }],
    ['Korean', 'dark', { locale: 'ko-KR', colorScheme: 'dark' }],
    ['English', 'narrow', { locale: 'en-GB', colorScheme: 'dark', viewport: { width: 390, height: 800 } }],
  ] as const)(
    'can be read by everybody in %s, %s: no part of it has an accessibility fault',
    async (language, look, options) => {
      const { items } = await platform.get<{ items: MapVersionView[] }>(`/v1/space-maps/${desk.spaceMapId}/versions`);
      const built = items.find(({ state }) => state === 'succeeded'); // the newest may have been cancelled, without a log
      const page = await desk.open('/', options);
      const faults: Record<string, string[]> = {};
      const see = async (part: string): Promise<void> => {
        await until('nothing is loading', async () => (await page.getByLabel(/^(Loading|불러)/).count()) === 0);
        await keep(page, `${part}-${language}-${look}`, { fullPage: true });
        faults[part] = await faultsOf(page);
        const [wide, width] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]');
        expect({ part, isTooWide: wide > width }).toEqual({ part, isTooWide: false });
      };
      await page
        .getByRole('link', { name: /^Great hall/ })
        .first()
        .waitFor({ timeout: 20_000 });
      await see('home');
      await page.goto(`${platform.url}/maps/new`);
      await choose(page, PHOTOS.slice(0, 2));
      await page.getByText(/A map needs at least|서로 다른 사진이/).waitFor({ timeout: 60_000 });
      await see('too-few');
      await choose(page, PHOTOS.slice(2, 6));
      await page.getByRole('row', { name: /^onprem/ }).waitFor({ timeout: 60_000 });
      await see('chosen');
      await page.goto(`${platform.url}/maps/${desk.spaceMapId}`);
      await page.getByRole('heading', { level: 4 }).first().waitFor({ timeout: 20_000 });
      await see('map');
      await page.getByRole('button', { name: /^(Build again|다시 만들기)$/ }).click();
      await page.getByRole('dialog').waitFor();
      await see('build-again');
      await page.keyboard.press('Escape');
      await page.goto(`${platform.url}/runs/${built?.runId ?? ''}`);
      await page
        .getByText(/=== \w+ ===/)
        .first()
        .waitFor({ timeout: 30_000 });
      await see('run');
      expect(faults).toEqual({ home: [], 'too-few': [], chosen: [], map: [], 'build-again': [], run: [] });
      await page.context().close();
    },
    180_000,
  );
});
