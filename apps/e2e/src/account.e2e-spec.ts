import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { album, Receiver, until } from '@stead/testing/servers';
import { Webhook } from 'standardwebhooks';
import { PublishingDesk, faultsOf, hasFocus, press, tabTo } from './testing/publishing-desk';

const keep = album('account');
const PASSWORD = 'a long enough secret';
const SOON_MS = 20_000;

/** What surrounds the work on maps: who somebody is, whom they work with, and what their programs may do. */
describe('accounts and workspaces in a browser', () => {
  const desk = new PublishingDesk({ WEBHOOK_ALLOW_PRIVATE: 'true' });
  const { platform } = desk;
  let receiver: Receiver;
  let count = 0;

  beforeAll(async () => {
    receiver = await Receiver.open();
    await desk.start();
  }, 180_000);
  afterAll(async () => {
    await receiver.close();
    await desk.stop();
  }, 60_000);

  const someone = (): string => `someone-${(count += 1)}@example.com`;
  const stranger = async (path: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await desk.browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-GB', ...options });
    const page = await context.newPage();
    await page.goto(platform.url + path);
    return page;
  };
  /** By keyboard alone: a field, and what is typed into it. */
  const type = async (page: Page, field: Locator, text: string): Promise<void> => {
    await tabTo(page, field);
    await page.keyboard.type(text);
  };
  const signUp = async (page: Page, email: string, name: string, workspace: string): Promise<void> => {
    await tabTo(page, page.getByRole('tab', { name: 'Sign in' }));
    await page.keyboard.press('ArrowRight');
    await type(page, page.getByLabel('Your name'), name);
    await type(page, page.getByLabel('E-mail'), email);
    await type(page, page.getByLabel('Password', { exact: true }), PASSWORD);
    await type(page, page.getByLabel('Name of your workspace'), workspace);
    await page.keyboard.press('Enter');
  };
  const signIn = async (page: Page, email: string, password = PASSWORD): Promise<void> => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const inWorkspace = (page: Page, name: string): Promise<void> =>
    page.getByRole('button', { name: `Workspace: ${name}` }).waitFor({ timeout: SOON_MS });
  const arrived = async (options: BrowserContextOptions = {}, workspace = 'Analytical'): Promise<[Page, string]> => {
    const email = someone();
    const body = { email, password: PASSWORD, name: 'Ada', workspaceName: workspace };
    await desk.door.call('POST', '/v1/sign-up', body);
    const page = await stranger('/?lang=en', options);
    await signIn(page, email);
    await inWorkspace(page, workspace);
    return [page, email];
  };
  const statusOf = async (apiKey: string): Promise<number> =>
    (await fetch(`${platform.url}/v1/space-maps`, { headers: { authorization: `Bearer ${apiKey}` } })).status;

  it('leads from a sign-up to an invitation, its acceptance in another browser and another role, by keyboard alone', async () => {
    const [host, guest] = [someone(), someone()];
    const page = await stranger('/settings/members');
    await signUp(page, host, 'Ada', 'Analytical');
    await page.getByRole('row', { name: new RegExp(`Ada \\(you\\) ${host} Owner`) }).waitFor({ timeout: SOON_MS });
    await press(page, page.getByRole('button', { name: 'Invite somebody' }));
    const dialog = page.getByRole('dialog');
    const address = dialog.getByLabel('E-mail');
    await type(page, address, 'no address');
    await page.keyboard.press('Enter');
    await until('the wrong field to be marked', async () => (await address.getAttribute('aria-invalid')) === 'true');
    expect(await hasFocus(address)).toBe(true);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(guest);
    await tabTo(page, dialog.getByRole('radio', { name: 'Editor' }));
    await page.keyboard.press('ArrowDown');
    await press(page, dialog.getByRole('button', { name: 'Make the invitation' }));
    const link = await dialog.getByLabel('Link of the invitation', { exact: true }).inputValue({ timeout: SOON_MS });
    await press(page, dialog.getByRole('button', { name: 'Done' }));
    await page.getByRole('row', { name: new RegExp(`${guest} Viewer open`) }).waitFor();

    const wrong = await stranger(new URL(link).pathname + new URL(link).hash);
    await signUp(wrong, someone(), 'Mallory', 'Elsewhere');
    await press(wrong, wrong.getByRole('button', { name: 'Accept the invitation' }));
    await wrong.getByText('The invitation is for another e-mail address.').waitFor({ timeout: SOON_MS });
    await wrong.context().close();

    const other = await stranger(new URL(link).pathname + new URL(link).hash);
    await signUp(other, guest, 'Grace', 'Compilers');
    await press(other, other.getByRole('button', { name: 'Accept the invitation' }));
    await inWorkspace(other, 'Analytical');
    expect(other.url()).toBe(`${platform.url}/`); // the invitation is not in the history
    await press(other, other.getByRole('link', { name: 'Settings' }));
    await other.getByText('You can look, and change nothing').waitFor({ timeout: SOON_MS });
    expect(await other.getByRole('button', { name: 'Invite somebody' }).count()).toBe(0);

    await page.reload();
    await press(page, page.getByRole('button', { name: 'Change role: Grace' }));
    await tabTo(page, dialog.getByRole('radio', { name: 'Viewer' }));
    for (let up = 0; up < 2; up += 1) await page.keyboard.press('ArrowUp');
    await press(page, dialog.getByRole('button', { name: 'Save' }));
    await page.getByRole('row', { name: new RegExp(`Grace ${guest} Admin`) }).waitFor({ timeout: SOON_MS });
    await other.reload();
    await other.getByRole('button', { name: 'Invite somebody' }).waitFor({ timeout: SOON_MS });
    expect(await other.getByRole('button', { name: 'Change role: Ada' }).count()).toBe(0); // an owner is not an admin's to change

    await press(page, page.getByRole('button', { name: 'Change role: Ada' }));
    await tabTo(page, dialog.getByRole('radio', { name: 'Owner' }));
    await page.keyboard.press('ArrowDown');
    await press(page, dialog.getByRole('button', { name: 'Save' }));
    await dialog.getByText('A workspace needs an owner').waitFor({ timeout: SOON_MS });
    await page.keyboard.press('Escape');
    await press(page, page.getByRole('button', { name: 'Remove: Grace' }));
    await press(page, dialog.getByRole('button', { name: 'Remove' }));
    await page.getByRole('row', { name: /Grace/ }).waitFor({ state: 'detached', timeout: SOON_MS });
    await other.reload();
    await inWorkspace(other, 'Compilers'); // what is left to them
    await other.context().close();
    await page.context().close();
  }, 120_000);

  it('stays signed in over a reload and in another tab, and keeps no secret where a script could read it', async () => {
    const [page] = await arrived();
    await page.goto(`${platform.url}/settings/account`);
    await page.getByText('Signed in as Ada').waitFor({ timeout: SOON_MS });
    await page.reload();
    await page.getByText('Signed in as Ada').waitFor({ timeout: SOON_MS });
    const stored = await page.evaluate<string>('JSON.stringify([localStorage, sessionStorage, document.cookie])');
    expect(stored).not.toMatch(/str_|eyJ/);
    const [cookie] = (await page.context().cookies(`${platform.url}/v1/sessions/refresh`)).filter(
      ({ name }) => name === 'stead-refresh',
    );
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/v1/sessions' });
    const tab = await page.context().newPage();
    await tab.goto(platform.url);
    await inWorkspace(tab, 'Analytical');
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.getByRole('tab', { name: 'Sign in' }).waitFor({ timeout: SOON_MS });
    await page.getByText('You were signed out. Sign in to go on.').waitFor({ timeout: SOON_MS });
    await page.context().close();
  }, 60_000);

  it('renews itself before its time is over, and once where a request was refused', async () => {
    const [page] = await arrived();
    const renewed = (): Promise<unknown> =>
      page.waitForResponse((answer) => answer.url().endsWith('/v1/sessions/refresh') && answer.ok());
    await page.clock.install();
    await page.reload();
    await inWorkspace(page, 'Analytical');
    await page.clock.fastForward('09:30');
    await Promise.all([renewed(), page.getByRole('link', { name: 'Settings' }).click()]);
    await page.getByRole('row', { name: /Ada/ }).waitFor({ timeout: SOON_MS });
    let asked = 0;
    await page.route('**/v1/api-keys', (route) => {
      asked += 1;
      return asked === 1 ? route.fulfill({ status: 401, json: { code: 'platform/not-signed-in' } }) : route.continue();
    });
    await Promise.all([renewed(), page.getByRole('link', { name: 'API keys' }).click()]);
    await page.getByText('No key yet.').waitFor({ timeout: SOON_MS });
    expect(asked).toBe(2);
    await page.context().close();
  }, 60_000);

  it('says that a password is wrong, that there were too many tries, and that an account is there already', async () => {
    const [page, email] = await arrived();
    await page.context().close();
    const door = await stranger('/');
    await signIn(door, email, 'not my password');
    await door.getByText('E-mail or password is wrong.').waitFor({ timeout: SOON_MS });
    for (let tries = 0; tries < 9; tries += 1)
      await desk.door.call('POST', '/v1/sessions', { email, password: `guess ${tries}` });
    await door.getByRole('button', { name: 'Sign in' }).click();
    await door.getByText(/Too many tries\. Wait \d+ s/).waitFor({ timeout: SOON_MS });
    await door.getByRole('tab', { name: 'Sign up' }).click();
    await door.getByLabel('Your name').fill('Ada');
    await door.getByLabel('E-mail').fill(email);
    await door.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await door.getByLabel('Name of your workspace').fill('Again');
    await door.getByRole('button', { name: 'Sign up' }).click();
    await door.getByText('There is an account with this e-mail.').waitFor({ timeout: SOON_MS });
    await door.getByRole('tab', { name: 'API key' }).click();
    const key = door.getByRole('textbox', { name: 'API key' });
    await key.fill('stead_live_nonsense');
    await door.getByRole('button', { name: 'Sign in' }).click();
    await door.getByText('This key is not valid.').waitFor({ timeout: SOON_MS });
    await key.fill(platform.apiKey);
    await door.getByRole('button', { name: 'Sign in' }).click();
    await door.getByRole('heading', { name: 'Great hall' }).waitFor({ timeout: SOON_MS });
    await door.context().close();
  }, 60_000);

  it('changes the password, which ends the other sign-ins, and signs out everywhere', async () => {
    const [page, email] = await arrived();
    const elsewhere = await stranger('/');
    await signIn(elsewhere, email);
    await inWorkspace(elsewhere, 'Analytical');
    await page.goto(`${platform.url}/settings/account`);
    await page.getByLabel('Current password').fill('not my password');
    await page.getByLabel('New password').fill('another long secret');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('This is not the current password.').waitFor({ timeout: SOON_MS });
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The password is changed.').waitFor({ timeout: SOON_MS });
    await elsewhere.reload();
    await elsewhere.getByText('You were signed out.').waitFor({ timeout: SOON_MS });
    await signIn(elsewhere, email, 'another long secret');
    await inWorkspace(elsewhere, 'Analytical');
    await page.reload();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('tab', { name: 'Sign in' }).waitFor({ timeout: SOON_MS });
    await elsewhere.reload();
    await elsewhere.getByText('You were signed out.').waitFor({ timeout: SOON_MS });
    await elsewhere.context().close();
    await page.context().close();
  }, 60_000);

  it('has several workspaces: another one is made, and each tab is in its own', async () => {
    const [page] = await arrived();
    await press(page, page.getByRole('button', { name: 'Workspace: Analytical' }));
    const dialog = page.getByRole('dialog', { name: 'Workspaces' });
    await type(page, dialog.getByLabel('Name of a new workspace'), 'Second');
    await page.keyboard.press('Enter');
    await inWorkspace(page, 'Second');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByText('No key yet.').waitFor({ timeout: SOON_MS });
    const tab = await page.context().newPage();
    await tab.goto(platform.url);
    await inWorkspace(tab, 'Second'); // where somebody was last
    await tab.getByRole('button', { name: 'Workspace: Second' }).click();
    await tab
      .getByRole('dialog')
      .getByRole('button', { name: /Analytical/ })
      .click();
    await inWorkspace(tab, 'Analytical');
    await page.reload();
    await inWorkspace(page, 'Second');
    await tab.reload();
    await inWorkspace(tab, 'Analytical');
    await page.goto(`${platform.url}/settings/members`);
    await page.getByRole('button', { name: 'Leave' }).click({ timeout: SOON_MS });
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.getByText('A workspace needs an owner').waitFor({ timeout: SOON_MS });
    await page.context().close();
  }, 60_000);

  it('makes a key, which is shown once, used, replaced and revoked', async () => {
    const [page] = await arrived();
    await page.goto(`${platform.url}/settings/keys`);
    const dialog = page.getByRole('dialog');
    await press(page, page.getByRole('button', { name: 'Make a key' }));
    await press(page, dialog.getByRole('button', { name: 'Make a key' }));
    await dialog.getByText('Give it a name').waitFor({ timeout: SOON_MS });
    await until('the wrong field to have the focus', () => hasFocus(dialog.getByLabel('Name')));
    await page.keyboard.type('Robot');
    await tabTo(page, dialog.getByRole('checkbox', { name: 'space-maps:read' }));
    await page.keyboard.press('Space');
    await dialog.getByLabel('Ends').selectOption({ label: 'in 30 days' });
    await press(page, dialog.getByRole('button', { name: 'Make a key' }));
    const key = await dialog.getByLabel('Key', { exact: true }).inputValue({ timeout: SOON_MS });
    expect(key).toMatch(/^stead_live_/);
    expect(await statusOf(key)).toBe(200);
    await press(page, dialog.getByRole('button', { name: 'Done' }));
    await page.reload();
    const row = page.getByRole('row', { name: /^Robot/ });
    await row.getByText('space-maps:read').waitFor({ timeout: SOON_MS });
    expect(await page.content()).not.toContain(key);
    expect(await row.getByText('never').count()).toBe(0); // it was used, and it ends

    await page.getByRole('button', { name: 'Replace: Robot' }).click();
    await dialog.getByLabel('The old one goes on for (hours)').fill('0');
    await dialog.getByRole('button', { name: 'Replace' }).click();
    const next = await dialog.getByLabel('Key', { exact: true }).inputValue({ timeout: SOON_MS });
    expect(await statusOf(next)).toBe(200);
    await until('the old key to be refused', async () => (await statusOf(key)) === 401, SOON_MS);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Revoke: Robot' }).click({ timeout: SOON_MS });
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No key is in force.').waitFor({ timeout: SOON_MS });
    await until('the key to be refused', async () => (await statusOf(next)) === 401, SOON_MS);
    await page.getByLabel('Show those that are over, too').check();
    await page.getByRole('row', { name: /Robot.*revoked/ }).waitFor();
    expect(page.url()).toContain('all=yes');
    await page.context().close();
  }, 60_000);

  it('makes a webhook, tests it, shows each try, sends again, and replaces its secret while two sign', async () => {
    const [page] = await arrived();
    const dialog = page.getByRole('dialog');
    receiver.answer('/hooks', 500, 204);
    await page.goto(`${platform.url}/settings/webhooks`);
    await press(page, page.getByRole('button', { name: 'Add a webhook' }));
    await type(page, dialog.getByLabel('Address'), 'ftp://nowhere');
    await tabTo(page, dialog.getByRole('checkbox', { name: 'A map version is ready' }));
    await page.keyboard.press('Space');
    await press(page, dialog.getByRole('button', { name: 'Add a webhook' }));
    await until('the wrong field to have the focus', () => hasFocus(dialog.getByLabel('Address')));
    await dialog.getByLabel('Address').fill(receiver.url('/hooks'));
    await dialog.getByRole('button', { name: 'Add a webhook' }).click();
    const secret = await dialog.getByLabel('Secret', { exact: true }).inputValue({ timeout: SOON_MS });
    await press(page, dialog.getByRole('button', { name: 'Done' }));
    await page.getByText('Nothing was sent yet.').waitFor({ timeout: SOON_MS });

    await press(page, page.getByRole('button', { name: 'Send a test event' }));
    await page.getByRole('row', { name: /Test event waiting.*500 refused by its status/ }).waitFor({ timeout: SOON_MS });
    await page.getByRole('row', { name: /Test event delivered.*204 delivered/ }).waitFor({ timeout: 40_000 });
    const [, received] = receiver.of('/hooks');
    expect(new Webhook(secret).verify(received?.body ?? '', received?.headers ?? {})).toMatchObject({ type: 'webhook.test' });
    await page.getByRole('button', { name: /^Details: Test event/ }).click();
    await dialog.getByText('"webhook.test"').waitFor({ timeout: SOON_MS });
    await dialog.getByRole('row', { name: /refused by its status/ }).waitFor();
    await keep(page, 'delivery');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Replace the secret' }).click();
    await dialog.getByRole('button', { name: 'Replace the secret' }).click();
    const next = await dialog.getByLabel('Secret', { exact: true }).inputValue({ timeout: SOON_MS });
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Both sign now').waitFor({ timeout: SOON_MS });
    await page.getByRole('button', { name: /^Send again: Test event/ }).click();
    await until('it to be received again', () => receiver.of('/hooks').length === 3, SOON_MS);
    const again = receiver.of('/hooks')[2];
    for (const signer of [secret, next])
      expect(new Webhook(signer).verify(again?.body ?? '', again?.headers ?? {})).toMatchObject({ type: 'webhook.test' });
    expect(again?.headers['webhook-id']).toBe(received?.headers['webhook-id']);

    await page.getByLabel('State').selectOption('dead');
    await page.getByText('Nothing of this kind.').waitFor({ timeout: SOON_MS });
    expect(page.url()).toContain('state=dead');
    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('It is off because somebody switched it off.').waitFor({ timeout: SOON_MS });
    expect(await page.getByRole('button', { name: 'Send a test event' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Switch on' }).click();
    receiver.answer('/hooks', 410);
    await page.getByRole('button', { name: 'Send a test event' }).click();
    await page.getByText(/answered 410 Gone/).waitFor({ timeout: SOON_MS });
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No webhook yet.').waitFor({ timeout: SOON_MS });
    await page.context().close();
  }, 120_000);

  it('adds up how all places are looked at, with place and period in the address', async () => {
    const hall = await desk.published('Hall of mirrors');
    const attic = await desk.published('Attic');
    for (const { path } of [hall, hall, attic])
      await until('visitors to come in', async () => (await desk.visit(path)) === 201, SOON_MS);
    const page = await desk.open('/analytics');
    await until('the visits to be told', async () => {
      await page.reload();
      const told = page.getByText('Views: 3', { exact: true });
      return told.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
    });
    await page.getByText('fewer than five visitors at each place').waitFor();
    await page.locator('.uplot canvas').waitFor();
    await page.getByText('As a table').click();
    const today = page.locator('details tbody tr').last();
    expect(await today.getByRole('cell').allTextContents()).toEqual(['3', 'fewer than 5']);
    await page.getByRole('row', { name: /Hall of mirrors 2 fewer than 5/ }).waitFor();
    await keep(page, 'analytics-few', { fullPage: true });
    await page.getByRole('button', { name: 'Only this: Attic' }).click();
    await page.getByText('Views: 1', { exact: true }).waitFor({ timeout: SOON_MS });
    await page.getByText('7 days', { exact: true }).click();
    await until('the filters to stand in the address', () =>
      ['days=7d', `publicationId=${attic.id}`].every((part) => page.url().includes(part)),
    );
    await page.reload();
    await page.getByText('Views: 1', { exact: true }).waitFor({ timeout: SOON_MS });
    expect(await page.getByLabel('Place', { exact: true }).inputValue()).toBe(attic.id);
    await page.context().close();
  }, 60_000);

  it('lets a member who signed in by e-mail into a place for members, and keeps a stranger out', async () => {
    const { path } = await desk.published('Staff room', { visibility: 'members' });
    const { workspaceId } = await platform.get<{ workspaceId: string }>('/v1/me');
    const email = someone();
    const invited = await desk.door.call('POST', `/v1/workspaces/${workspaceId}/invitations`, { email, role: 'viewer' });
    await desk.door.call('POST', '/v1/sign-up', { email, password: PASSWORD, name: 'Grace', workspaceName: 'Own' });
    const page = await stranger('/?lang=en');
    const visits = async (): Promise<number> => {
      const answered = page.waitForResponse((answer) => answer.url().endsWith('/v1/visits'));
      await page.goto(platform.url + path);
      return (await answered).status();
    };
    expect(await visits()).toBe(401);
    await page.goto(`${platform.url}/join#token=${String(invited.body['token'])}`);
    await signIn(page, email);
    await page.getByRole('button', { name: 'Accept the invitation' }).click({ timeout: SOON_MS });
    await page.getByRole('heading', { name: 'Great hall' }).waitFor({ timeout: SOON_MS });
    expect(await visits()).toBe(201);
    expect(await visits()).toBe(201); // again, by the next cookie
    await page.context().close();
  }, 60_000);

  it('names people and hotspots once five have looked, and the hotspot by its title', async () => {
    const { items } = await platform.get<{ items: { id: string }[] }>(`/v1/scenes?spaceMapId=${desk.spaceMapId}`);
    const sceneId = items[0]?.id ?? '';
    const [often, rarely] = [crypto.randomUUID(), crypto.randomUUID()];
    const changes = [often, rarely].map((id) => ({
      op: 'put',
      element: { kind: 'hotspot', id, title: { en: id === often ? 'Old clock' : 'Cupboard', ko: '시계' }, anchor: [0, 0, 0] },
    }));
    await desk.door.call('PATCH', `/v1/scenes/${sceneId}`, { changeId: crypto.randomUUID(), changes });
    const { id: place, path } = await desk.published('Clock room', { sceneId });
    await until('visitors to come in', async () => (await desk.visit(path)) === 201, SOON_MS);
    for (let person = 1; person <= 5; person += 1) {
      const address = `198.51.100.${person}`;
      const opened = await desk.stranger('/v1/visits', { place: path.split('/').at(-1) }, address);
      const { visit } = (await opened.json()) as { visit: string }; // the contract's to check
      const looks = (person === 1 ? [often, rarely] : [often]).map((hotspotId) => ({
        what: 'hotspot',
        hotspotId,
        dwellMs: 4_000,
      }));
      await desk.stranger('/v1/visits/events', { visit, events: [{ what: 'ready' }, ...looks] }, address);
    }
    const page = await desk.open(`/analytics?publicationId=${place}`);
    await until('the visits to be told', async () => {
      await page.reload();
      return page
        .getByRole('row', { name: 'Old clock 5 5 4 s each time' })
        .waitFor({ timeout: 3_000 })
        .then(
          () => true,
          () => false,
        );
    });
    await page.getByText('visitors: 6').waitFor();
    expect(await page.getByRole('row', { name: /Cupboard/ }).count()).toBe(0);
    await keep(page, 'analytics-many', { fullPage: true });
    await page.context().close();
  }, 60_000);

  it.each([
    ['English', 'light', { colorScheme: 'light' }],
    ['Korean', 'dark', { colorScheme: 'dark' }],
    ['Korean', 'light, narrow', { colorScheme: 'light', viewport: { width: 390, height: 800 } }],
    ['English', 'dark, narrow', { colorScheme: 'dark', viewport: { width: 390, height: 800 } }],
  ] as const)(
    'can be read by everybody in %s, %s: no part of it has an accessibility fault',
    async (language, look, options) => {
      const korean = language === 'Korean';
      const [page] = await arrived({ ...options, reducedMotion: 'reduce' });
      if (korean) await page.getByRole('button', { name: '한국어' }).click();
      const faults: Record<string, string[]> = {};
      const see = async (part: string): Promise<void> => {
        await until('nothing is loading', async () => (await page.getByLabel(/^(Loading|불러)/).count()) === 0);
        await keep(page, `${part}-${language}-${look}`, { fullPage: true });
        faults[part] = await faultsOf(page);
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        if (wide > 0) faults[part].push(`wider than the screen by ${wide} px`);
      };
      const dialogOf = async (part: string, button: RegExp, submit?: RegExp): Promise<void> => {
        await page.getByRole('button', { name: button }).first().click({ timeout: SOON_MS });
        const dialog = page.getByRole('dialog');
        await dialog.waitFor({ timeout: SOON_MS });
        if (submit !== undefined) {
          await dialog.getByRole('button', { name: submit }).click();
          await dialog.getByRole('alert').last().waitFor({ timeout: SOON_MS });
        }
        await see(part);
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
      };
      await dialogOf('workspaces', /^(Workspace|워크스페이스): /);
      await page.goto(`${platform.url}/settings/account`);
      await page.getByLabel(/^(Current password|현재 비밀번호)$/).fill('wrong');
      await page.getByRole('button', { name: /^(Change the password|비밀번호 바꾸기)$/ }).click();
      await page.locator('[data-invalid]').first().waitFor({ timeout: SOON_MS });
      await see('account');
      await page.goto(`${platform.url}/settings/members`);
      await page.getByRole('row', { name: /Ada/ }).waitFor({ timeout: SOON_MS });
      await see('members');
      await dialogOf('role', /^(Change role|역할 바꾸기): Ada/);
      await dialogOf('invite', /^(Invite somebody|초대하기)$/, /^(Make the invitation|초대 만들기)$/);
      await page.goto(`${platform.url}/settings/keys`);
      await dialogOf('key', /^(Make a key|키 만들기)$/, /^(Make a key|키 만들기)$/);
      await see('keys');
      await page.goto(`${platform.url}/settings/webhooks`);
      await dialogOf('webhook', /^(Add a webhook|웹훅 추가)$/, /^(Add a webhook|웹훅 추가)$/);
      await see('webhooks');
      await page.goto(`${platform.url}/analytics`);
      await page.getByText(/^(Nobody has opened|이 기간에 장소를 연)/).waitFor({ timeout: SOON_MS });
      await see('analytics');
      await page.goto(`${platform.url}/join#token=sti_none`);
      await page.getByRole('button', { name: /^(Accept the invitation|초대 수락)$/ }).click({ timeout: SOON_MS });
      await page.getByRole('alert').waitFor({ timeout: SOON_MS });
      await see('join');
      await page.getByRole('button', { name: /^(Sign in as somebody else|다른 계정으로 로그인)$/ }).click();
      await page.getByRole('tab', { name: /^(Sign up|가입)$/ }).click({ timeout: SOON_MS });
      await page.locator('form button[type="submit"]').click();
      await page.getByRole('alert').last().waitFor({ timeout: SOON_MS });
      await see('sign-up');
      expect(Object.entries(faults).filter(([, found]) => found.length > 0)).toEqual([]);
      await page.context().close();
    },
    120_000,
  );
});
