import sharp from 'sharp';
import type { Locator, Page } from 'playwright-core';
import type { Element, MediaView, SceneElementView, SceneView } from '@stead/contracts/studio';
import { album, until } from '@stead/testing/servers';
import { PublishingDesk, faultsOf, press, tabTo } from './testing/publishing-desk';

const keep = album('studio');
const SETTLED_MS = 30_000;
const SAVED_MS = 15_000;

/** A room of six by five by three: its floor and its walls, a point every seven hundredths. */
const ROOM = (() => {
  const steps = (to: number): number[] => Array.from({ length: Math.floor(to / 0.07) + 1 }, (_, i) => i * 0.07);
  const floor = steps(6).flatMap((x) => steps(5).map((y) => `${x} ${y} 0`));
  const long = steps(6).flatMap((x) => steps(3).flatMap((z) => [`${x} 0 ${z}`, `${x} 5 ${z}`]));
  const short = steps(5).flatMap((y) => steps(3).flatMap((z) => [`0 ${y} ${z}`, `6 ${y} ${z}`]));
  return [...floor, ...long, ...short];
})();

/** What a provider hangs in a place, in a browser, on the platform as `npm start` runs it. */
describe('the studio in a browser', () => {
  const desk = new PublishingDesk();
  const { platform, door } = desk;

  beforeAll(async () => {
    await desk.start(ROOM);
  }, 180_000);
  afterAll(() => desk.stop(), 60_000);

  const newScene = async (name: string, elements: readonly object[] = []): Promise<SceneView> => {
    const made = await platform.post<SceneView>('/v1/scenes', { spaceMapId: desk.spaceMapId, name });
    if (made === null) throw new Error(`${name} was not made`);
    if (elements.length > 0) await edit(made.id, elements);
    return made;
  };
  const edit = async (sceneId: string, elements: readonly object[]): Promise<void> => {
    const changes = elements.map((element) => ({ op: 'put', element }));
    const { status, body } = await door.call('PATCH', `/v1/scenes/${sceneId}`, { changeId: crypto.randomUUID(), changes });
    expect([status, body]).toEqual([200, expect.anything()]);
  };
  const elementsOf = async (sceneId: string): Promise<SceneElementView[]> =>
    (await platform.get<{ items: SceneElementView[] }>(`/v1/scenes/${sceneId}/elements`)).items;
  const hotspot = (en: string, anchor = [3, 2.5, 0], more: object = {}): Element =>
    ({ kind: 'hotspot', id: crypto.randomUUID(), title: { en }, anchor, ...more }) as Element; // studio fills in the rest

  /** The page with the place drawn, all of it. */
  const drawn = async (page: Page): Promise<void> => {
    await page.locator('canvas[data-settled="true"]').waitFor({ timeout: SETTLED_MS });
  };
  const openScene = async (sceneId: string, options = {}): Promise<Page> => {
    const page = await desk.open(`/scenes/${sceneId}`, options);
    await drawn(page);
    return page;
  };
  const saved = (page: Page): Promise<void> => page.locator('[data-save="saved"]').waitFor({ timeout: SAVED_MS });
  const add = (page: Page, what: string): Promise<void> =>
    page.getByRole('button', { name: `Add: ${what}`, exact: true }).click();
  /** Of the list of contents. */
  const row = (page: Page, name: string): Locator => page.locator('.studio-row-name', { hasText: name });
  const back = (page: Page): Promise<void> => page.getByRole('button', { name: 'Back to the list' }).click();
  /** By shares of the picture. */
  const pointAt = async (page: Page, x: number, y: number): Promise<void> => {
    const box = await page.locator('canvas').boundingBox();
    if (box === null) throw new Error('there is no picture');
    await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
  };

  it('makes a scene, places a hotspot by a click, says it in two languages, finds it again, and visitors see it', async () => {
    const page = await desk.open('/scenes');
    await page.getByRole('button', { name: 'New scene' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Map').selectOption(desk.spaceMapId);
    await dialog.getByLabel('Name of the scene').fill('Opening night');
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('heading', { level: 2, name: 'Opening night' }).waitFor({ timeout: 20_000 });
    await drawn(page);
    const sceneId = page.url().split('/').at(-1) ?? '';

    await add(page, 'Hotspot');
    await pointAt(page, 0.99, 0.02);
    await page.getByText('There is nothing at that place').waitFor({ timeout: 10_000 });
    await pointAt(page, 0.48, 0.58);
    await page.getByLabel('Title (English)').fill('The great clock');
    await page.getByLabel('Title (Korean)').fill('큰 시계');
    const text = page.getByRole('textbox', { name: 'Text (English)' });
    await text.click();
    await page.keyboard.type('Made in 1843.');
    await page.keyboard.press('Control+A');
    await page
      .getByRole('toolbar', { name: /Text \(English\)/ })
      .getByRole('button', { name: 'Bold' })
      .click();
    await saved(page);
    await keep(page, 'hotspot');

    const [one] = await elementsOf(sceneId);
    if (one?.element.kind !== 'hotspot') throw new Error('there is no hotspot');
    const { anchor, normal, title, text: said } = one.element;
    expect(title).toEqual({ en: 'The great clock', ko: '큰 시계' });
    expect(said?.en).toMatch(/<(b|strong)>Made in 1843\.<\/(b|strong)>/);
    // On the floor, which faces up.
    expect([Math.abs(anchor[2]) < 0.02, anchor[0] > 0 && anchor[0] < 6, anchor[1] > 0 && anchor[1] < 5]).toEqual([
      true,
      true,
      true,
    ]);
    expect(normal[2]).toBeGreaterThan(0.99);

    await page.reload();
    await drawn(page);
    await page.locator(`.studio-marker[data-id="${one.element.id}"]`).click({ timeout: 10_000 });
    await until('it is there again', async () => (await page.getByLabel('Title (Korean)').inputValue()) === '큰 시계');
    expect(await page.getByRole('textbox', { name: 'Text (English)' }).textContent()).toBe('Made in 1843.');

    await page.getByRole('tab', { name: 'Scene' }).click();
    await page.getByRole('link', { name: 'Publish', exact: true }).click();
    await until('the map to be chosen', async () => (await dialog.getByLabel('Map').inputValue()) === desk.spaceMapId);
    await dialog.getByLabel('What is shown').selectOption(sceneId);
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page
      .getByRole('heading', { level: 3, name: 'What is shown' })
      .or(page.getByText('scene at revision').first())
      .first()
      .waitFor({ timeout: 20_000 });
    const { path } = await desk.newest();
    await until('the place to open', async () => (await desk.visit(path)) === 201, 20_000);
    await page.goto(platform.url + path);
    const shown = page.getByRole('button', { name: 'The great clock' }).first();
    await shown.waitFor({ timeout: SETTLED_MS });
    await keep(page, 'viewer');
    await page.context().close();
  }, 180_000);

  it('is worked with by the keyboard alone: the cross in the middle and Enter place, lists and fields are reached by Tab', async () => {
    const { id } = await newScene('By keyboard');
    const page = await openScene(id);
    await press(page, page.getByRole('button', { name: 'Add: Hotspot', exact: true }));
    await until('the picture to have the focus', () => page.evaluate<boolean>("document.activeElement.tagName === 'CANVAS'"));
    await page.keyboard.press('Escape');
    await page.getByText('Point at where the hotspot belongs').waitFor({ state: 'detached' });
    await press(page, page.getByRole('button', { name: 'Add: Distance', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByText('1 points; at least 2').waitFor({ timeout: 10_000 });
    await page.keyboard.press('ArrowRight', { delay: 60 });
    await page.keyboard.press('Enter');
    await page.getByText('2 points; at least 2').waitFor({ timeout: 10_000 });
    await press(page, page.getByRole('button', { name: 'Done' }));
    await saved(page);
    const [one] = await elementsOf(id);
    expect(one?.element).toMatchObject({ kind: 'measurement', measured: { of: 'distance' } });
    await tabTo(page, page.getByLabel('Title, if it has one (English)'));
    await page.keyboard.type('Step');
    await saved(page);
    await press(page, page.getByRole('button', { name: 'Back to the list' }));
    await press(page, page.getByRole('button', { name: 'Hide: Step' }));
    await saved(page);
    expect((await elementsOf(id))[0]?.element.hidden).toBe(true);
    await page.context().close();
  }, 120_000);

  it('makes every kind of element, and says what studio works out of it', async () => {
    const { id } = await newScene('Everything');
    const page = await openScene(id);
    const points: [number, number][] = [
      [0.46, 0.55],
      [0.55, 0.6],
      [0.5, 0.68],
    ];
    const make = async (what: string, count: number, open = false): Promise<void> => {
      await add(page, what);
      for (const [x, y] of points.slice(0, count)) await pointAt(page, x, y);
      if (open) await page.getByRole('button', { name: 'Done' }).click();
      await saved(page);
    };
    await make('Hotspot', 1);
    await back(page);
    await make('Tour', 0);
    await back(page);
    await make('Distance', 2, true);
    await page
      .getByText(/\d (m|u)$|\d (m|u) ± /)
      .first()
      .waitFor({ timeout: 10_000 });
    await back(page);
    await make('Area', 3, true);
    await back(page);
    await make('Height', 2);
    await back(page);
    await make('Scale', 2);
    await page.getByLabel('Its length in metres').fill('2,5');
    await saved(page);
    await page.getByText(/One unit is .* m ± .* %/).waitFor({ timeout: 10_000 });
    await back(page);
    await make('AR anchor', 1);
    await page.getByLabel('Turn', { exact: true }).fill('90');
    await saved(page);
    await back(page);
    await make('Route point', 1);
    await back(page);
    await add(page, 'Route point');
    await pointAt(page, 0.55, 0.6);
    await back(page);
    await make('Route', 0);
    await page.getByText('Wheelchair: unsure').first().waitFor({ timeout: 10_000 });
    await page.getByText('Nobody has confirmed the figures.').waitFor();
    await page.getByLabel('Narrowest width (m)').fill('0.8');
    await page.getByLabel('Highest step or threshold (m)').fill('0');
    await page.getByLabel(/I have been there/).check();
    await page.getByText('Wheelchair: no').first().waitFor({ timeout: 15_000 });
    await back(page);
    await make('Redaction (box)', 2);
    await back(page);
    await make('Redaction (outline)', 3, true);
    await keep(page, 'volumes');
    await back(page);

    await add(page, 'Floor plan');
    const dialog = page.getByRole('dialog');
    for (const [i, [x, y]] of points.slice(0, 2).entries()) {
      const plan = await dialog.locator('img').boundingBox({ timeout: 10_000 });
      if (plan === null) throw new Error('there is no plan');
      await page.mouse.click(plan.x + plan.width * (0.3 + i * 0.3), plan.y + plan.height * (0.3 + i * 0.2));
      await page.getByText('Point at the same place in the picture').waitFor();
      await pointAt(page, x, y);
      await dialog.waitFor();
    }
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await page.getByText('Two pairs are met exactly').waitFor({ timeout: 15_000 });
    await saved(page);

    const made = (await elementsOf(id)).map(({ element, derived }) => [element.kind, derived?.of ?? null] as const);
    expect(made.map(([kind, of]) => `${kind} ${of ?? ''}`).sort()).toEqual([
      ...['ar-anchor ', 'calibration calibration', 'hotspot '],
      ...['measurement measurement', 'measurement measurement', 'measurement measurement'],
      ...[
        'plan-alignment plan-alignment',
        'redaction ',
        'redaction ',
        'route-path route-path',
        'route-point ',
        'route-point ',
        'tour ',
      ],
    ]);
    await page.context().close();
  }, 240_000);

  it('orders the stops of a tour, takes an edit back, does it again, and goes back to an earlier state', async () => {
    const [clock, gate] = [hotspot('Clock', [1, 1, 0]), hotspot('Door', [5, 4, 0])];
    const tour = {
      ...{ kind: 'tour', id: crypto.randomUUID(), title: { en: 'Evening walk' } },
      stops: [{ hotspotId: clock.id }, { hotspotId: gate.id }],
    };
    const { id } = await newScene('A tour', [clock, gate, tour]);
    const page = await openScene(id);
    const stops = async (): Promise<unknown> => {
      const found = (await elementsOf(id)).find(({ element }) => element.kind === 'tour')?.element;
      return found?.kind === 'tour' ? found.stops.map(({ hotspotId, dwellS }) => [hotspotId, dwellS]) : null;
    };
    await row(page, 'Evening walk').click();
    await page.getByRole('button', { name: 'Up: Stop 2' }).click();
    await page.getByLabel('Seconds there: Stop 1').fill('12');
    await saved(page);
    const [first, second] = [
      [clock.id, 6],
      [gate.id, 12],
    ];
    await until('the order to be another', async () => JSON.stringify(await stops()) === JSON.stringify([second, first]));
    await page.getByLabel('Seconds there: Stop 1').blur();

    const undo = page.getByRole('button', { name: 'Undo', exact: true });
    const redo = page.getByRole('button', { name: 'Redo', exact: true });
    await undo.click();
    await until('it is taken back', async () => JSON.stringify(await stops()) === JSON.stringify([first, [gate.id, 6]]));
    await redo.click();
    await until('it is done again', async () => JSON.stringify(await stops()) === JSON.stringify([second, first]));
    await undo.click();
    await until('and taken back again', async () => JSON.stringify(await stops()) === JSON.stringify([first, [gate.id, 6]]));

    // By dragging too.
    const grips = page.locator('.studio-grip');
    await grips.nth(1).dragTo(page.locator('.studio-stop').first());
    await until(
      'the other is first',
      async () => JSON.stringify(await stops()) === JSON.stringify([[gate.id, 6], first]),
      20_000,
    );

    // This map was made of points: nobody went anywhere with a camera.
    await page.getByRole('button', { name: 'Propose stops along the way of the camera' }).click();
    await page.getByText('The map version knows of no way that somebody went').waitFor({ timeout: 10_000 });

    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Changes: Revision 2' }).click();
    await page.getByRole('region', { name: 'Hotspot: Clock' }).waitFor({ timeout: 10_000 });
    await page.getByRole('button', { name: 'Go back to this: Revision 1' }).click();
    await until('the scene is empty', async () => (await elementsOf(id)).length === 0);
    await page.getByText('went back to 1').waitFor({ timeout: 10_000 });
    await page.context().close();
  }, 120_000);

  it('loses nobody’s edit unseen: what both have changed waits for a choice, the rest is taken in', async () => {
    const [clock, bell] = [hotspot('Clock', [1, 1, 0]), hotspot('Bell', [5, 4, 0])];
    const { id } = await newScene('Two of us', [clock, bell]);
    const [mine, theirs] = [await openScene(id), await openScene(id)];
    const title = (page: Page) => page.getByLabel('Title (English)');
    const titles = async (): Promise<unknown> =>
      Object.fromEntries(
        (await elementsOf(id)).map(({ element }) => [element.id, element.kind === 'hotspot' ? element.title.en : '']),
      );
    await row(mine, 'Clock').click();
    await row(theirs, 'Bell').click();
    await title(theirs).fill('Their bell');
    await saved(theirs);
    await title(mine).fill('My clock');
    await until(
      'both edits are there',
      async () =>
        JSON.stringify(await titles()) ===
        JSON.stringify({ ...((await titles()) as object), [clock.id]: 'My clock', [bell.id]: 'Their bell' }),
      20_000,
    );
    await mine.getByText('Somebody else’s changes were taken in').waitFor({ timeout: 10_000 });

    const dialog = theirs.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
    await back(theirs);
    await row(theirs, 'lock').click();
    await title(mine).fill('My clock, wound up');
    await saved(mine);
    await title(theirs).fill('Their clock');
    await dialog.waitFor({ timeout: 15_000 });
    await dialog.getByRole('button', { name: 'Look at the differences' }).click();
    await dialog.getByRole('row', { name: 'title.en My clock, wound up Their clock' }).waitFor();
    await keep(theirs, 'conflict');
    expect(await faultsOf(theirs)).toEqual([]);
    await dialog.getByRole('button', { name: 'Use theirs' }).click();
    await saved(theirs);
    expect(await titles()).toMatchObject({ [clock.id]: 'My clock, wound up' });
    await title(mine).fill('My clock, once more');
    await saved(mine);
    await title(theirs).fill('Their clock, once more');
    await dialog.getByRole('button', { name: 'Use mine' }).click({ timeout: 15_000 });
    await until('it is the other’s', async () => JSON.stringify(await titles()).includes('Their clock, once more'), 20_000);
    await mine.context().close();
    await theirs.context().close();
  }, 150_000);

  it('loses nothing while the server cannot be reached, not even by a reload; what is refused stands at its field', async () => {
    const clock = hotspot('Clock');
    const { id } = await newScene('Away', [clock]);
    const page = await openScene(id);
    await row(page, 'Clock').click();
    await page.route('**/v1/scenes/*', (route) => (route.request().method() === 'PATCH' ? route.abort() : route.continue()));
    await page.getByLabel('Title (English)').fill('Clock, not saved');
    await page.getByText(/Not saved: the server cannot be reached/).waitFor({ timeout: 20_000 });
    await page.reload();
    await drawn(page);
    await row(page, 'Clock, not saved').waitFor({ timeout: 10_000 });
    await page.unroute('**/v1/scenes/*');
    await saved(page);
    expect((await elementsOf(id))[0]?.element).toMatchObject({ title: { en: 'Clock, not saved' } });

    await row(page, 'Clock, not saved').click();
    await page.getByRole('button', { name: 'Add a link' }).click();
    await page.getByLabel('Address', { exact: true }).fill('javascript:alert(1)');
    await page.getByText('A link begins with https://').first().waitFor({ timeout: 15_000 });
    await page.getByText(/Not saved: the server refused 1/).waitFor();
    await page.getByLabel('Address', { exact: true }).fill('https://museum.example/clock');
    await saved(page);
    expect((await elementsOf(id))[0]?.element).toMatchObject({ links: [{ url: 'https://museum.example/clock' }] });
    await page.context().close();
  }, 120_000);

  it('takes files into the library, shows them at hotspots, and keeps those that something shows', async () => {
    const { id } = await newScene('With a picture', [hotspot('Clock')]);
    const page = await openScene(id);
    await page.getByRole('tab', { name: 'Media' }).click();
    const picture = await sharp({ create: { width: 320, height: 200, channels: 3, background: '#246' } })
      .png()
      .toBuffer();
    await page.getByLabel('Upload files').setInputFiles([
      { name: 'clock.png', mimeType: 'image/png', buffer: picture },
      { name: 'no-picture.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload="alert(1)"/>') },
    ]);
    const rows = page.getByRole('listitem');
    await rows.filter({ hasText: 'clock.png' }).getByText('ready').waitFor({ timeout: 40_000 });
    await rows.filter({ hasText: 'no-picture.png' }).getByText('rejected').waitFor({ timeout: 40_000 });
    await keep(page, 'media');
    await page.getByRole('tab', { name: 'Contents' }).click();
    await row(page, 'Clock').click();
    await page.getByLabel('Add a file').selectOption({ label: 'clock.png' });
    await page.getByLabel('Read out instead of it (English)').fill('A clock of brass');
    await saved(page);
    const [shown] = await elementsOf(id);
    const { items } = await platform.get<{ items: MediaView[] }>('/v1/media?limit=10');
    const clock = items.find(({ name }) => name === 'clock.png');
    expect(shown?.element).toMatchObject({ media: [{ mediaId: clock?.id, alt: { en: 'A clock of brass' } }] });
    await page.getByRole('tab', { name: 'Media' }).click();
    await page.getByRole('button', { name: 'Delete: clock.png' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByText('Elements show this file').waitFor({ timeout: 10_000 });
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Delete: no-picture.png' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await rows.filter({ hasText: 'no-picture.png' }).waitFor({ state: 'detached', timeout: 10_000 });
    await page.context().close();
  }, 120_000);

  it('goes on without WebGL, and says what is missing; and for whoever may only look', async () => {
    const { id } = await newScene('Without a picture', [hotspot('Clock')]);
    const context = await desk.browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    await page.goto(`${platform.url}/scenes/${id}#key=${platform.apiKey}`);
    await page.getByText('This browser cannot draw the place').waitFor({ timeout: 20_000 });
    await add(page, 'Hotspot');
    await page.getByLabel('Place x').fill('1.25');
    await page.getByLabel('Title (English)').fill('By numbers');
    await saved(page);
    const byNumbers = (await elementsOf(id)).find(
      ({ element }) => element.kind === 'hotspot' && element.title.en === 'By numbers',
    );
    expect(byNumbers?.element).toMatchObject({ anchor: [1.25, expect.any(Number), expect.any(Number)] });
    expect(await page.getByRole('button', { name: 'Point at it: Place' }).isDisabled()).toBe(true);
    expect(await faultsOf(page)).toEqual([]);
    await context.close();

    const reader = await desk.browser.newContext({ locale: 'en-GB' });
    const looking = await reader.newPage();
    await looking.goto(`${platform.url}/scenes/${id}#key=${await desk.keyFor('publications:read', 'space-maps:read')}`);
    await looking.getByText(/your key is missing publications:write/).waitFor({ timeout: 20_000 });
    await drawn(looking);
    await row(looking, 'By numbers').click();
    expect(await looking.getByLabel('Title (English)').isDisabled()).toBe(true);
    expect(await looking.getByRole('button', { name: /^(Add: |Undo|Delete|Point at it)/ }).count()).toBe(0);
    await reader.close();
  }, 120_000);

  it.each([
    ['English', 'light', { locale: 'en-GB', colorScheme: 'light' }],
    ['English', 'dark', { locale: 'en-GB', colorScheme: 'dark' }],
    ['Korean', 'light', { locale: 'ko-KR', colorScheme: 'light', viewport: { width: 390, height: 800 } }],
    ['Korean', 'dark', { locale: 'ko-KR', colorScheme: 'dark' }],
    ['English', 'narrow', { locale: 'en-GB', colorScheme: 'dark', viewport: { width: 390, height: 800 } }],
  ] as const)(
    'can be used by everybody in %s, %s: no part of it has an accessibility fault',
    async (language, look, options) => {
      const [a, b] = [crypto.randomUUID(), crypto.randomUUID()];
      const clock = hotspot('Clock', [3, 2.5, 0], {
        text: { en: '<p>Brass</p>' },
        links: [{ url: 'https://a.example', label: { en: 'More' } }],
      });
      const { id } = await newScene('Read by everybody', [
        clock,
        { kind: 'tour', id: crypto.randomUUID(), title: { en: 'Walk' }, stops: [{ hotspotId: clock.id }] },
        { kind: 'route-point', id: a, position: [1, 1, 0] },
        { kind: 'route-point', id: b, position: [4, 1, 0] },
        { kind: 'route-path', id: crypto.randomUUID(), fromId: a, toId: b },
        { kind: 'redaction', id: crypto.randomUUID(), region: { shape: 'box', min: [0, 0, 0], max: [1, 1, 1] } },
      ]);
      const page = await desk.open('/scenes', options);
      const faults: Record<string, string[]> = {};
      const see = async (part: string): Promise<void> => {
        await until('nothing is loading', async () => (await page.getByLabel(/^(Loading|불러)/).count()) === 0);
        await keep(page, `${part}-${language}-${look}`, { fullPage: true });
        faults[part] = await faultsOf(page);
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        if (wide > 0) faults[part].push(`it is ${wide} px wider than the window`);
      };
      await page.getByRole('link', { name: 'Read by everybody' }).first().waitFor({ timeout: 20_000 });
      await see('list');
      await page.goto(`${platform.url}/scenes/${id}`);
      await drawn(page);
      await see('contents');
      for (const [part, name] of [
        ['hotspot', 'Clock'],
        ['tour', 'Walk'],
        ['route', /→/],
        ['redaction', /^(Redaction|가림) 1$/],
      ] as const) {
        await page.locator('.studio-row-name').filter({ hasText: name }).first().click();
        await see(part);
        await page.getByRole('button', { name: /Back to the list|목록으로/ }).click();
      }
      await page.getByRole('button', { name: /^(Add|추가): (Hotspot|핫스팟)$/ }).click();
      await see('placing');
      await page.getByRole('button', { name: /^(Cancel|취소)$/ }).click();
      for (const [part, name] of [
        ['media', /^(Media|미디어)$/],
        ['history', /^(History|기록)$/],
        ['scene', /^(Scene|장면)$/],
      ] as const) {
        await page.getByRole('tab', { name }).click();
        await see(part);
      }
      expect(faults).toEqual(Object.fromEntries(Object.keys(faults).map((part) => [part, []])));
      await page.context().close();
    },
    150_000,
  );

  it('moves a scene to a newer version of its map: what may be off there comes first, until somebody says that it is right', async () => {
    const { id } = await newScene('Made anew', [hotspot('Clock', [50, 50, 0]), hotspot('Bell', [1, 1, 0])]);
    const made = await door.call('POST', `/v1/space-maps/${desk.spaceMapId}/versions`, {});
    expect(made.status).toBeLessThan(300);
    const page = await openScene(id);
    await page.getByRole('tab', { name: 'Scene' }).click();
    await until(
      'the newer version to be ready',
      async () => {
        const { items } = await platform.get<{ items: { state: string }[] }>(`/v1/space-maps/${desk.spaceMapId}/versions`);
        return items.length === 2 && items.every(({ state }) => state === 'succeeded');
      },
      90_000,
    );
    const move = page.getByRole('button', { name: 'Move to version 2' });
    await until(
      'the page to know of it',
      async () => {
        await page.reload();
        await page.getByRole('tab', { name: 'Scene' }).click({ timeout: 20_000 });
        return move.waitFor({ timeout: 5_000 }).then(
          () => true,
          () => false,
        );
      },
      60_000,
    );
    await move.click();
    await page.getByText('Needs attention: 1').waitFor({ timeout: 20_000 });
    await drawn(page);
    await page.getByRole('tab', { name: 'Contents' }).click();
    const first = page.getByRole('region', { name: 'Needs attention' });
    await first.locator('.studio-row-name', { hasText: 'Clock' }).click();
    await page.getByText('It lies outside of the new version of the map.').waitFor();
    await page.getByRole('button', { name: 'It is right where it is' }).click();
    await page.getByText('Needs attention: 1').waitFor({ state: 'detached', timeout: 15_000 });
    expect((await elementsOf(id)).filter(({ attention }) => attention !== null)).toHaveLength(0);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await until(
      'it is back in the version before',
      async () => (await platform.get<SceneView>(`/v1/scenes/${id}`)).versionNumber === 1,
      20_000,
    );
    await page.context().close();
  }, 240_000);
});
