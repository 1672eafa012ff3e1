import type { BrowserContextOptions, Page } from 'playwright-core';
import { eventually, faultsOf, focused, screenshot, useViewer, walkInto } from './testing/browser';
import { PUBLICATION, REQUEST } from './stand-in';

const bench = useViewer();
const walkIn = (context: BrowserContextOptions = {}) => walkInto(bench, context);
const WIDE = { viewport: { width: 1280, height: 800 } };

describe('asking to be covered', () => {
  it('leads by keyboard from what is in view to the address at which the answer will be', async () => {
    const { page, complaints } = await walkIn(WIDE);
    await page.locator('#tool-ask').focus();
    await page.keyboard.press('Enter');
    await eventually('the form', async () => (await focused(page)) === 'panel-title');
    expect(await page.locator('#panel-title').textContent()).toBe('Ask to be covered');
    await page.getByText('The place you mean is marked with a red dot.', { exact: false }).waitFor();
    await eventually('the mark in the place', () => page.locator('.measure-label', { hasText: 'This' }).isVisible());
    await tabTo(page, 'ask-what');
    await page.locator('#ask-what').selectOption('plate');
    await tabTo(page, 'ask-note');
    await page.keyboard.type('The car by the gate');
    await tabTo(page, 'ask-contact');
    await page.keyboard.type('me');
    await page.keyboard.press('Enter');
    await page.getByText('This is no e-mail address.').waitFor();
    expect(await focused(page)).toBe('ask-contact');
    expect(bench.server.asked).toEqual([]);
    await page.keyboard.type('@example.org');
    await screenshot(page, 'ask');
    await page.keyboard.press('Enter');
    await page
      .getByText('You get an answer by 31 March 2026.')
      .or(page.getByText('You get an answer by March 31, 2026.'))
      .waitFor();
    expect(await focused(page)).toBe('panel-title');
    const [asked] = bench.server.asked;
    expect(asked).toMatchObject({
      publicationId: PUBLICATION,
      what: 'plate',
      note: 'The car by the gate',
      contact: 'me@example.org',
    });
    expect(asked?.view?.target).toEqual(asked?.place);
    expect(await page.locator('#ask-address').inputValue()).toBe(`${bench.server.url}/v/${PUBLICATION}?request=${REQUEST}`);
    await page.keyboard.press('Escape');
    expect(await page.locator('#panel').isVisible()).toBe(false);
    expect(await focused(page)).toBe('tool-ask');
    expect(await page.locator('.measure-label', { hasText: 'This' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('is about what is tapped, and what was typed outlives another place and another language', async () => {
    const { page } = await walkIn(WIDE);
    await page.locator('#tool-ask').click();
    await page.locator('#ask-note').fill('Me, in red');
    await page.mouse.click(300, 640);
    await page.locator('#language').click();
    await page.getByText('가리키는 곳은 빨간 점으로 표시했습니다.', { exact: false }).waitFor();
    expect(await page.locator('#ask-note').inputValue()).toBe('Me, in red');
    await page.locator('#panel button.primary').click();
    await page.locator('#ask-address').waitFor();
    const [tapped] = bench.server.asked;
    await page.locator('#panel button.close').click();
    await page.locator('#tool-ask').click();
    await page.locator('#panel button.primary').click();
    await eventually('the second request', () => bench.server.asked.length === 2);
    const [, middle] = bench.server.asked;
    expect(tapped?.place).not.toEqual(middle?.place);
    expect([tapped?.note, middle?.note]).toEqual(['Me, in red', null]);
  });

  it('tells why it was not sent, and keeps what was typed', async () => {
    const { page } = await walkIn(WIDE);
    bench.server.requests = 'full';
    await page.locator('#tool-ask').click();
    await page.locator('#ask-note').fill('Me, in red');
    await page.locator('#panel button.primary').click();
    await page.getByRole('alert').getByText('many requests about this place wait', { exact: false }).waitFor();
    bench.server.requests = 'down';
    await page.locator('#panel button.primary').click();
    await page.getByRole('alert').getByText('the server does not answer', { exact: false }).waitFor();
    bench.server.requests = 'answer';
    await page.locator('#panel button.primary').click();
    await page.locator('#ask-address').waitFor();
    expect(bench.server.asked.map(({ note }) => note)).toEqual(['Me, in red']);
  });

  it('is there where only a part is shown, and where nothing can be drawn: then words say what is meant', async () => {
    bench.server.access = 'preview';
    const drawn = await walkIn();
    expect(await drawn.page.locator('#tool-ask').isVisible()).toBe(true);
    await drawn.page.context().close();
    const context = await bench.browser.newContext({ viewport: WIDE.viewport });
    await context.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    const page = await context.newPage();
    await page.goto(`${bench.server.url}/v/${PUBLICATION}?lang=en`);
    await page.locator('#tool-ask').click();
    await page.getByText('Your browser does not show the place in 3D.', { exact: false }).waitFor();
    await page.locator('#panel button.primary').click();
    await page.getByText('Describe what you mean, and where it is.').waitFor();
    expect(await focused(page)).toBe('ask-note');
    await page.keyboard.type('By the blue wall');
    await page.locator('#panel button.primary').click();
    await page.locator('#ask-address').waitFor();
    expect(bench.server.asked).toMatchObject([{ place: [1, 0.4, 1.6], view: null, note: 'By the blue wall' }]);
  });
});

describe('the address of a request', () => {
  const at = (id: string, context: BrowserContextOptions = {}) =>
    bench.visit({ path: `/v/${PUBLICATION}?lang=en&request=${id}`, context });

  it('says what has become of it, also where the place does not open', async () => {
    bench.server.publication = 'withdrawn';
    bench.server.requestState = { state: 'declined', answer: 'It is a statue.', answeredAt: '2026-03-05T12:00:00.000Z' };
    const { page } = await at(REQUEST);
    const dialog = page.getByRole('dialog', { name: 'Your request to be covered' });
    await dialog.getByText('It was declined.').waitFor();
    await dialog.getByText('It is a statue.').waitFor();
    expect(await focused(page)).toBe('request-title');
    expect(await faultsOf(page)).toEqual([]);
    await screenshot(page, 'request');
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(0);
  });

  it('is no secret to guess, and is asked for again when the network is back', async () => {
    const unknown = await at('7f9c24e8-3b12-4fef-91e0-000000000000');
    await unknown.page.getByText('There is no such request.', { exact: false }).waitFor();
    bench.server.requests = 'down';
    const { page } = await at(REQUEST);
    const retry = page.getByRole('dialog').getByRole('button', { name: 'Try again' });
    await retry.waitFor();
    bench.server.requests = 'answer';
    await retry.click();
    await page.getByText('It was received and waits for an answer.').waitFor();
  });
});

describe('the form', () => {
  it.each([
    ['en', 'light', 1280],
    ['ko', 'dark', 390],
  ] as const)('can be used by everybody: %s, %s, %d wide', async (lang, colorScheme, width) => {
    const context = {
      viewport: { width, height: 844 },
      colorScheme,
      locale: lang === 'ko' ? 'ko-KR' : 'en-GB',
      hasTouch: width < 500,
    };
    const { page } = await bench.visit({ path: `/v/${PUBLICATION}?lang=${lang}`, context });
    await page.waitForSelector('#scene[data-contents="ready"]', { timeout: 30_000 });
    await page.locator('#tool-ask').click();
    await page.locator('#ask-contact').fill('me');
    await page.locator('#panel button.primary').click();
    await page.locator('#panel .wrong').waitFor();
    await screenshot(page, `ask-${lang}-${width}`);
    expect(await faultsOf(page)).toEqual([]);
    await page.locator('#ask-contact').fill('');
    await page.locator('#panel button.primary').click();
    await page.locator('#ask-address').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await screenshot(page, `asked-${lang}-${width}`);
  });
});

async function tabTo(page: Page, id: string): Promise<void> {
  for (let tabs = 0; tabs < 20; tabs += 1) {
    if ((await focused(page)) === id) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not lead to ${id}`);
}
