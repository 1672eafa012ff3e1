import { eventually, READY_MS, screenshot, settled, useViewer } from './testing/browser';
import { LINK, MEMBER_KEY, PASSWORD, PUBLICATION } from './stand-in';

const bench = useViewer();

describe('a place with a password', () => {
  beforeEach(() => void (bench.server.publication = 'password'));

  it('asks for it, says what was wrong, waits after too many tries, and lets in who has it', async () => {
    const { page, complaints } = await bench.visit();
    await page.waitForSelector('#password:not([hidden])');
    expect(await page.evaluate('document.activeElement.id')).toBe('password-field');
    expect(await page.getByRole('textbox', { name: 'Password', exact: true }).getAttribute('type')).toBe('password');
    const error = page.locator('#password-error[role="alert"]');
    expect(await error.textContent()).toBe('');
    for (let tries = 0; tries < 2; tries += 1) {
      await page.keyboard.type('sesame');
      await page.keyboard.press('Enter');
      await eventually('the error', async () => ((await error.textContent()) ?? '').startsWith('That is not the password'));
      await eventually('the focus', async () => (await page.evaluate('document.activeElement.id')) === 'password-field');
    }
    expect(await page.locator('#password-field').getAttribute('aria-invalid')).toBe('true');
    await screenshot(page, 'password');
    await page.keyboard.type('sesame');
    await page.keyboard.press('Enter');
    await eventually('patience', async () => (await error.textContent()) === 'Too many tries. Wait 4 s, then try again.');
    await eventually('the next try', async () => !(await page.locator('#password-send').isDisabled()));
    await page.locator('#password-field').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await page.locator('#password').isVisible()).toBe(false);
    expect(await page.locator('#password-field').inputValue()).toBe('');
    expect(complaints.filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
  });

  it('is renewed without asking again, and asks again when the visit counts no more', async () => {
    bench.server.lifetimeMs = 6_000;
    const { page } = await bench.visit();
    await page.waitForSelector('#password:not([hidden])');
    await page.locator('#password-field').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await settled(page);
    await eventually('a renewal within the visit', () => bench.server.publicationReads > 0);
    expect(await page.locator('#password').isVisible()).toBe(false);
    bench.server.forgetVisits(); // the password was changed, say
    await page.waitForSelector('#password:not([hidden])', { timeout: READY_MS });
    expect(await page.locator('#tools').isVisible()).toBe(false);
    await page.locator('#password-field').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await settled(page);
  });
});

describe('who is let in', () => {
  it.each<['members' | 'paid' | 'link-expired' | 'link-used-up' | 'withdrawn', string]>([
    ['members', 'Sign in to come in'],
    ['paid', 'This place has a price'],
    ['link-expired', 'This link has ended'],
    ['link-used-up', 'This link was used up'],
    ['withdrawn', 'There is nothing here'],
  ])('is not whom the place is not for: %s', async (state, title) => {
    bench.server.publication = state;
    const { page } = await bench.visit();
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.locator('#problem-title').textContent()).toBe(title);
    expect(await page.locator('#problem-sign-in').isVisible()).toBe(state === 'members');
    await page.locator('#language').click();
    expect(await page.locator('#problem-title').textContent()).toMatch(/[가-힣]/);
    expect(bench.server.tileRequests).toEqual([]);
  });

  it('are members who are signed in to the console in this tab, and no others who are', async () => {
    bench.server.publication = 'members';
    const { page } = await bench.visit();
    await page.waitForSelector('#problem:not([hidden])');
    await page.evaluate(`sessionStorage.setItem('stead.key', 'stk_other')`);
    await page.locator('#problem-retry').click();
    await eventually('the reason', async () => (await page.locator('#problem-title').textContent()) === 'For members only');
    await page.evaluate(`sessionStorage.setItem('stead.key', '${MEMBER_KEY}')`);
    await page.locator('#problem-retry').click();
    await settled(page);
  });

  it('comes through a share link, and stays in a new visit when the first one has run out', async () => {
    bench.server.lifetimeMs = 6_000;
    const { page } = await bench.visit({ path: `/v/${LINK}?lang=en` });
    await settled(page);
    bench.server.forgetVisits();
    await eventually('another visit', () => bench.server.visitsOpened === 2);
    await settled(page);
    expect(await page.locator('#problem').isVisible()).toBe(false);
  });

  it('is told that a preview is a part', async () => {
    bench.server.access = 'preview';
    const { page } = await bench.visit({ path: `/v/${PUBLICATION}?lang=en` });
    await settled(page);
    expect(await page.locator('#preview').textContent()).toBe('You see a part of this place. The whole of it has a price.');
    expect(await page.locator('#preview').isVisible()).toBe(true);
    await screenshot(page, 'preview');
  });
});
