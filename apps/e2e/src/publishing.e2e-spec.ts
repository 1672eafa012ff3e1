import { readFileSync } from 'node:fs';
import type { SceneView, ShareLinkView } from '@stead/contracts/studio';
import { album, until } from '@stead/testing/servers';
import { PublishingDesk, faultsOf, hasFocus, press, tabTo } from './testing/publishing-desk';

const keep = album('publishing');

/** What a provider does with a map that is ready, in a browser, on the platform as `npm start` runs it. */
describe('publishing and sharing in a browser', () => {
  const desk = new PublishingDesk();
  const { platform, door } = desk;

  beforeAll(async () => {
    await desk.start();
  }, 180_000);
  afterAll(() => desk.stop(), 60_000);

  it('publishes a map for whoever knows a password, by keyboard alone; a refusal stands at its field', async () => {
    const page = await desk.open('/');
    await press(page, page.getByRole('link', { name: 'Publish: Great hall' }));
    const dialog = page.getByRole('dialog', { name: 'Publish a map' });
    await dialog.waitFor({ timeout: 20_000 });
    await until('the map to be chosen', async () => (await dialog.getByLabel('Map').inputValue()) === desk.spaceMapId);
    await tabTo(page, dialog.getByLabel('Title'));
    await page.keyboard.type('The hall at night');
    await tabTo(page, dialog.getByRole('radio', { name: 'Whoever has the address' }));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const password = dialog.getByLabel('Password', { exact: true });
    await dialog.getByText('Needed where the visibility is password').waitFor({ timeout: 10_000 });
    await until('the wrong field to have the focus', () => hasFocus(password));
    await page.keyboard.type('open sesame');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: 'The hall at night' }).waitFor({ timeout: 20_000 });
    const made = await desk.newest();
    expect(made).toMatchObject({
      title: 'The hall at night',
      visibility: 'password',
      hasPassword: true,
      spaceMapId: desk.spaceMapId,
    });
    expect(page.url()).toBe(`${platform.url}/publications/${made.id}`);
    await press(page, page.getByRole('link', { name: 'All publications' }));
    await page.getByRole('link', { name: 'The hall at night' }).waitFor({ timeout: 10_000 });
    await page.getByLabel('Map', { exact: true }).selectOption(desk.spaceMapId);
    await until('the filter to stand in the address', () => page.url().includes(`spaceMapId=${desk.spaceMapId}`));
    await page.context().close();
  }, 60_000);

  it('makes a share link, shows its QR code, says how to embed it, and revokes it: then it opens nothing', async () => {
    const { id, path } = await desk.published('For the press', { visibility: 'private' });
    const page = await desk.open(`/publications/${id}`);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Make a share link' }).click();
    await dialog.getByLabel('Name').fill('Evening paper');
    await dialog.getByLabel('Ends').fill('2020-01-01T00:00');
    await dialog.getByRole('button', { name: 'Make a share link' }).click();
    await dialog.getByText('This time is over').waitFor({ timeout: 10_000 });
    await dialog.getByLabel('Ends').fill('');
    await dialog.getByLabel('Views at most').fill('100');
    await dialog.getByRole('button', { name: 'Make a share link' }).click();
    await page.getByText(/without a password · never ends · up to 100 views/).waitFor({ timeout: 10_000 });
    const address = await page.getByLabel('Address: Evening paper', { exact: true }).inputValue();
    await until('the link to open the place', async () => (await desk.visit(address)) < 300, 20_000);
    expect(await desk.visit(path)).toBe(404);

    await page.getByRole('button', { name: 'QR code: Evening paper' }).click();
    await dialog.getByRole('img', { name: `QR code that leads to ${address}` }).waitFor({ timeout: 10_000 });
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('link', { name: 'Download as SVG' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('Evening-paper.svg');
    expect(readFileSync((await file.path()) ?? '', 'utf8')).toMatch(/^<svg [^>]*viewBox/);
    await keep(page, 'qr');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Embed: Evening paper' }).click();
    expect(await dialog.getByRole('textbox', { name: 'iframe' }).inputValue()).toContain(`<iframe src="${address}"`);
    await dialog.getByRole('tab', { name: 'Web component' }).click();
    await dialog
      .getByText(/<stead-space src=/)
      .first()
      .waitFor();
    await dialog.getByRole('button', { name: 'Try it here' }).click();
    await dialog.frameLocator('iframe').locator('canvas[data-state]').waitFor({ state: 'attached', timeout: 20_000 });
    await keep(page, 'embed');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Change: Evening paper' }).click();
    await dialog.getByLabel('Password', { exact: true }).fill('open sesame');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/with a password · never ends · up to 100 views/).waitFor({ timeout: 10_000 });

    await page.getByRole('button', { name: 'Revoke: Evening paper' }).click();
    await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('No share link yet.').waitFor({ timeout: 10_000 });
    await until('the address to open nothing', async () => (await desk.visit(address)) === 404, 20_000);
    await page.context().close();
  }, 120_000);

  it('loses nobody’s change unseen: of two at once the later chooses between theirs and its own', async () => {
    const { id } = await desk.published('Draft title');
    const page = await desk.open(`/publications/${id}`);
    const dialog = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
    const title = page.getByLabel('Title', { exact: true });
    const save = page.getByRole('button', { name: 'Save' });
    const somebodyElse = (change: object): Promise<unknown> => door.call('PATCH', `/v1/publications/${id}`, change);

    await title.fill('My title');
    await somebodyElse({ title: 'Their title', visibility: 'members' });
    await save.click();
    await dialog.getByRole('row', { name: 'Title Their title My title' }).waitFor({ timeout: 10_000 });
    await keep(page, 'conflict');
    expect(await faultsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'See theirs' }).click();
    await until('theirs to be shown', async () => (await title.inputValue()) === 'Their title');
    expect(await desk.settings(id)).toMatchObject({ title: 'Their title', visibility: 'members' });

    await title.fill('My title');
    await somebodyElse({ embedSites: [] });
    await save.click();
    await dialog.getByRole('button', { name: 'Apply mine to it' }).click();
    await dialog.waitFor({ state: 'detached', timeout: 10_000 });
    await page.getByText('Saved.').waitFor();
    expect(await desk.settings(id)).toMatchObject({ title: 'My title', visibility: 'members', embedSites: [] });

    await door.call('POST', `/v1/publications/${id}/links`, { name: 'Old name' });
    const links = `/v1/publications/${id}/links`;
    const link = async (): Promise<ShareLinkView | undefined> => (await platform.get<{ items: ShareLinkView[] }>(links)).items[0];
    await page.reload();
    await page.getByRole('button', { name: 'Change: Old name' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('My name');
    await door.call('PATCH', `${links}/${(await link())?.id}`, { viewsMax: 7 });
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply mine to it' }).click({ timeout: 10_000 });
    await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 10_000 });
    expect(await link()).toMatchObject({ name: 'My name', viewsMax: 7 });
    await page.context().close();
  }, 60_000);

  it('does not withdraw what somebody has changed since it was read, unless that was seen', async () => {
    const { id } = await desk.published('Read long ago');
    const context = await desk.browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.route('**/v1/events', (route) => route.abort()); // no news comes
    await page.goto(`${platform.url}/publications/${id}#key=${platform.apiKey}`);
    await page.getByRole('button', { name: 'Withdraw' }).click({ timeout: 20_000 });
    await door.call('PATCH', `/v1/publications/${id}`, { title: 'Changed since' });
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
    const dialog = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
    await dialog.getByText('Changed since').waitFor({ timeout: 10_000 });
    expect((await desk.settings(id)).state).toBe('published');
    await dialog.getByRole('button', { name: 'Apply mine to it' }).click();
    await page.getByRole('button', { name: 'Publish again' }).waitFor({ timeout: 10_000 });
    expect(await desk.settings(id)).toMatchObject({ state: 'unpublished', title: 'Changed since' });
    await context.close();
  }, 60_000);

  it('copies an address; where the browser forbids that, it is selected for whoever copies by hand', async () => {
    const { id, path } = await desk.published('Copied');
    const copy = { name: 'Copy address: Address: Copied' };
    const allowed = await desk.open(`/publications/${id}`, { permissions: ['clipboard-read', 'clipboard-write'] });
    await allowed.getByRole('button', copy).click({ timeout: 20_000 });
    await allowed.getByText('Copied.', { exact: true }).waitFor();
    expect(await allowed.evaluate('navigator.clipboard.readText()')).toBe(platform.url + path);
    await allowed.context().close();

    const context = await desk.browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    await page.goto(`${platform.url}/publications/${id}#key=${platform.apiKey}`);
    await page.getByRole('button', copy).click({ timeout: 20_000 });
    await page.getByText(/does not let us copy/).waitFor();
    expect(await page.evaluate('document.activeElement.value.slice(document.activeElement.selectionStart)')).toBe(
      platform.url + path,
    );
    await context.close();
  }, 60_000);

  it('says which site is no site at its own field, and takes the box that is free', async () => {
    const { id } = await desk.published('A place with a price', { visibility: 'paid' });
    const page = await desk.open(`/publications/${id}`);
    await page.getByRole('radio', { name: 'Only these' }).check();
    await page.getByLabel('Site 1', { exact: true }).fill('https://museum.example');
    await page.getByRole('button', { name: 'Add a site' }).click();
    await page.getByLabel('Site 2', { exact: true }).fill('museum.example/hall');
    await page.getByRole('checkbox', { name: 'Show a part of it for free' }).check();
    await page.getByLabel('From (the lowest corner) z').fill('0');
    await page.getByRole('checkbox', { name: 'Show the photos of the place' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/A site is https:\/\/example\.com/).waitFor({ timeout: 10_000 });
    const wrong = page.locator('[aria-invalid="true"]');
    expect([await wrong.count(), await wrong.first().getAttribute('aria-label')]).toEqual([1, 'Site 2']);
    await page.getByLabel('Site 2', { exact: true }).fill('https://*.museum.example');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor({ timeout: 10_000 });
    expect(await desk.settings(id)).toMatchObject({
      embedSites: ['https://museum.example', 'https://*.museum.example'],
      preview: { min: [-1, -1, 0], max: [1, 1, 1] },
      photos: true,
    });
    await page.context().close();
  }, 60_000);

  it('shows an edited scene when asked, goes back to what was shown, withdraws the place and gives it back', async () => {
    const { items } = await platform.get<{ items: SceneView[] }>(`/v1/scenes?spaceMapId=${desk.spaceMapId}`);
    const scene = items[0];
    if (scene === undefined) throw new Error('the map has no scene');
    const { id } = await desk.published('With a scene', { sceneId: scene.id });
    const changeId = crypto.randomUUID();
    await door.call('PATCH', `/v1/scenes/${scene.id}`, { changeId, changes: [{ op: 'rename', name: 'Renamed' }] });
    const page = await desk.open(`/publications/${id}`);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Show the scene as it is now' }).click();
    await page.getByText('This is the newest.').waitFor({ timeout: 10_000 });
    expect((await desk.settings(id)).scene?.revision).toBe(scene.revision + 1);

    await page.getByRole('button', { name: 'Roll back' }).click();
    await dialog.getByText(new RegExp(`scene at revision ${scene.revision}\\.`)).waitFor();
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await dialog.waitFor({ state: 'detached', timeout: 10_000 });
    expect((await desk.settings(id)).scene?.revision).toBe(scene.revision);

    await page.getByRole('button', { name: 'Withdraw' }).click();
    await dialog.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByRole('button', { name: 'Publish again' }).click({ timeout: 10_000 });
    await page.getByRole('button', { name: 'Withdraw' }).waitFor({ timeout: 10_000 });
    expect((await desk.settings(id)).state).toBe('published');
    await page.context().close();
  }, 60_000);

  it('tells how a place is looked at, and nothing of so few that somebody could be recognised', async () => {
    const { id, path } = await desk.published('Looked at');
    const page = await desk.open(`/publications/${id}`);
    await page.getByText('Nobody has opened it in this time.').waitFor({ timeout: 20_000 });
    await until('visitors to come in', async () => (await desk.visit(path)) === 201, 20_000);
    for (let more = 0; more < 2; more += 1) await desk.visit(path);
    await until('the visits to be told', async () => {
      await page.reload();
      const told = page.getByText('Views: 3', { exact: true });
      return told.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
    });
    await page.getByText('fewer than five visitors').waitFor();
    const funnel = page.getByRole('listitem').filter({ hasText: 'Opened it' });
    expect(await funnel.getByRole('progressbar').getAttribute('value')).toBe('3');
    await page.getByText('7 days').click();
    await until('a bar for each day', async () => (await page.locator('.publication-plot rect').count()) === 7, 10_000);
    await page.context().close();
  }, 60_000);

  it('shows whoever may only look what there is, and why nothing can be changed', async () => {
    const { id } = await desk.published('Only to look at');
    const reader = await desk.keyFor('publications:read', 'space-maps:read');
    const context = await desk.browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(`${platform.url}/publications/${id}#key=${reader}`);
    await page.getByText(/your key is missing publications:write/).waitFor({ timeout: 20_000 });
    expect(await page.getByLabel('Title', { exact: true }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: /Save|Withdraw|Make a share link|Roll back/ }).count()).toBe(0);
    await context.close();

    const stranger = await desk.browser.newContext({ locale: 'en-GB' });
    const refused = await stranger.newPage();
    const blind = await desk.keyFor('space-maps:read', 'runs:read');
    await refused.goto(`${platform.url}/publications#key=${blind}`);
    await refused.getByText(/It is missing: publications:read/).waitFor({ timeout: 20_000 });
    expect(await refused.getByRole('link', { name: 'Publications' }).count()).toBe(0);
    await refused.getByRole('link', { name: 'Home' }).click();
    await refused.getByRole('heading', { name: 'Great hall' }).waitFor({ timeout: 10_000 });
    expect(await refused.getByRole('link', { name: /^Publish/ }).count()).toBe(0);
    await stranger.close();
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
      const { id, path } = await desk.published('Read by everybody', {
        visibility: 'paid',
        embedSites: ['https://museum.example'],
      });
      await door.call('PATCH', `/v1/publications/${id}`, { preview: { min: [0, 0, 0], max: [1, 1, 1] } });
      await until('a visitor to come in', async () => (await desk.visit(path)) === 201, 20_000);
      await door.call('POST', `/v1/publications/${id}/links`, { name: 'For the press', viewsMax: 5, download: true });
      const page = await desk.open('/', options);
      const faults: Record<string, string[]> = {};
      const see = async (part: string): Promise<void> => {
        await until('nothing is loading', async () => (await page.getByLabel(/^(Loading|불러)/).count()) === 0);
        await keep(page, `${part}-${language}-${look}`, { fullPage: true });
        faults[part] = await faultsOf(page);
      };
      const dialogOf = async (part: string, button: string | RegExp): Promise<void> => {
        await page.getByRole('button', { name: button }).first().click();
        await page.getByRole('dialog').waitFor({ timeout: 10_000 });
        await see(part);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      };
      await page.getByRole('link', { name: /^(Publish|게시하기): Great hall/ }).waitFor({ timeout: 20_000 });
      await see('home');
      await page.getByRole('link', { name: /^(Publications|게시물)$/ }).click();
      await page.getByRole('link', { name: 'Read by everybody' }).first().waitFor({ timeout: 20_000 });
      await see('list');
      await dialogOf('publish', /^(Publish|게시하기)$/);
      await page.goto(`${platform.url}/publications/${id}`);
      await page.getByText('For the press').first().waitFor({ timeout: 20_000 });
      await see('one');
      await dialogOf('qr', /^(QR code|QR 코드): For the press/);
      await dialogOf('embed', /^(Embed|페이지에 넣기): For the press/);
      await dialogOf('link', /^(Change|바꾸기): For the press/);
      await dialogOf('revoke', /^(Revoke|끊기): For the press/);
      expect(faults).toEqual({ home: [], list: [], publish: [], one: [], qr: [], embed: [], link: [], revoke: [] });
      await page.context().close();
    },
    120_000,
  );
});
