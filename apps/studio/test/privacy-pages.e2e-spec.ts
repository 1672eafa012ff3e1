import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { mapVersionReady } from '@stead/contracts/space-maps';
import type {
  BlurRequestStatus,
  BlurRequestView,
  DetectionView,
  ErasureCertificate,
  PublicationSettings,
  ReviewView,
} from '@stead/contracts/studio';
import { originalsErased } from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { album, until } from '@stead/testing/servers';
import { putRecord, reviewedRun, type ReviewedRun } from '../src/testing/reviewed-run';
import { StudioHouse } from '../src/testing/studio-house';
import { erasureOf } from '../src/worker.module';
import { ConsoleDoor, ROOT } from './testing/console-door';

const keep = album('privacy');
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
const OPEN_POLICY = { gate: 'none', twoPersons: false, eraseAfterDays: null, answerWithinDays: 30 };
const TABS_MAX = 80;
const ANYBODY: Actor = { kind: 'anonymous', id: 'anonymous', workspaceId: null, scopes: [] };

/** The pages of privacy review, in a browser over studio as it is. */
describe('privacy review in a browser', () => {
  let house: StudioHouse;
  let door: ConsoleDoor;
  beforeAll(async () => {
    house = await StudioHouse.open();
    const bora = { ...house.actor, id: 'bora' };
    const guest = { ...house.actor, id: 'guest', scopes: ['privacy:read' as const] };
    door = new ConsoleDoor(house, {
      anna: house.actor,
      bora,
      guest,
      nobody: { ...guest, scopes: ['publications:read' as const] },
    });
    await door.start();
  }, 180_000);
  afterAll(async () => {
    await door.stop();
    await house.close();
  }, 60_000);
  afterEach(() => house.call('PUT', '/v1/privacy/policy', OPEN_POLICY));

  const review = async (run: ReviewedRun): Promise<ReviewView> =>
    (await house.call<ReviewView>('GET', `/v1/privacy/reviews/${run.review.id}`)).body;
  const marks = async (run: ReviewedRun): Promise<DetectionView[]> =>
    (await house.call<{ items: DetectionView[] }>('GET', `/v1/privacy/reviews/${run.review.id}/detections?limit=100`)).body.items;

  /** The version that was asked for is there. */
  const finish = async (run: ReviewedRun): Promise<void> => {
    const { pendingVersionId, versionNumber, versionId } = await review(run);
    const order = await until(
      'a version is asked for',
      () => house.heard.find(({ payload }) => payload['versionId'] === pendingVersionId)?.payload,
    );
    const runId = String(order['runId']);
    await putRecord(house, runId, 'redact', []);
    await house.tell(mapVersionReady, {
      ...{ spaceMapId: run.spaceMapId, versionId: pendingVersionId, number: versionNumber + 1, name: 'Great hall', bytes: 1 },
      ...{ bundlePrefix: 'elsewhere/', manifestSha256: 'a'.repeat(64), captureId: run.captureId, runId, epoch: 1 },
      redactionOf: versionId,
    });
  };

  it('decides, draws, splits, applies and approves by keyboard alone', async () => {
    const run = await reviewedRun(house, [
      { image: '0001.jpg' },
      { image: '0001.jpg', box: { x: 200, y: 20, width: 60, height: 60 } },
      { image: '0002.jpg', score: 0.5 },
    ]);
    const { page, complaints } = await door.open('anna', '/privacy');
    await press(page, page.getByRole('link', { name: /^Great hall · Version 1$/ }));
    const stage = page.getByRole('application');
    await until('the picture to have the focus', () => hasFocus(stage));
    await page.getByText('IMG_0001.jpg: mark 1 of 2 · Face · 90 % · not decided').waitFor({ timeout: 20_000 });
    await page.getByRole('img', { name: 'IMG_0001.jpg, as visitors see it' }).waitFor({ timeout: 20_000 });

    // The first is a person, the second a picture on a wall with a person before it.
    await page.keyboard.press('b');
    await page.getByText(/IMG_0001\.jpg: mark 2 of 2/).waitFor();
    await page.keyboard.press('x');
    await page.getByText('Parts drawn: 0.', { exact: false }).waitFor();
    await drawBox(page, 5);
    await page.getByText('Parts drawn: 1.', { exact: false }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await drawBox(page, 5);
    await page.getByText('Parts drawn: 2.', { exact: false }).waitFor();
    await keep(page, 'split');
    await page.keyboard.press('Escape');
    await page.getByText(/IMG_0001\.jpg: mark 2 of 3 · Face · drawn by a person · not decided/).waitFor({ timeout: 10_000 });
    await page.keyboard.press('a');
    await page.getByText(/IMG_0001\.jpg: mark 3 of 3/).waitFor();
    await page.keyboard.press('n');

    // Back to the one before by mistake, and forward again.
    await page.getByText(/IMG_0002\.jpg: mark 1 of 1/).waitFor();
    await page.keyboard.press('k');
    await page.getByText(/IMG_0001\.jpg: mark 3 of 3 · .* · shown: not a person/).waitFor({ timeout: 10_000 });
    await page.keyboard.press('j');
    await page.getByText(/IMG_0002\.jpg: mark 1 of 1/).waitFor();
    await page.keyboard.press('c');
    await page.getByText('Everything is decided.').waitFor({ timeout: 10_000 });
    await until('all verdicts to have arrived', async () => (await review(run)).undecided === 0);

    // Somebody whom no detector has found, once as a box that is taken back and once as an outline.
    await page.keyboard.press('d');
    await drawBox(page, 8);
    await page.getByText(/IMG_0002\.jpg: mark 2 of 2 · Face · drawn by a person · blurred/).waitFor({ timeout: 10_000 });
    await page.keyboard.press('u');
    await page.getByText(/IMG_0002\.jpg: .* of 1/).waitFor({ timeout: 10_000 });
    await page.keyboard.press('p');
    await page.keyboard.press('Enter');
    for (const key of ['ArrowRight', 'ArrowDown']) {
      for (let i = 0; i < 6; i += 1) await page.keyboard.press(key);
      await page.keyboard.press('Enter');
    }
    await page.keyboard.press('Escape');
    await page.getByText(/IMG_0002\.jpg: mark 2 of 2 · Face · drawn by a person · blurred/).waitFor({ timeout: 10_000 });
    const verdicts = (await marks(run)).map(({ image, source, verdict, reason }) => [image, source, verdict, reason]);
    expect(verdicts.filter(([, , verdict]) => verdict !== 'split').sort()).toEqual([
      ['0001.jpg', 'detector', 'blur', null],
      ['0001.jpg', 'person', 'keep', 'artwork'],
      ['0001.jpg', 'person', 'keep', 'not-a-person'],
      ['0002.jpg', 'detector', 'keep', 'consent'],
      ['0002.jpg', 'person', 'blur', null],
    ]);

    await page.keyboard.press('o');
    await page.getByText('You see an original. That you have looked is written down.').waitFor();
    await page.getByRole('img', { name: 'IMG_0002.jpg, as it was taken' }).waitFor({ timeout: 10_000 });
    await page.getByRole('cell', { name: 'originals looked at' }).first().waitFor({ timeout: 10_000 });
    await keep(page, 'original', { fullPage: true });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await until('the picture to have the focus again', () => hasFocus(stage));

    expect(await page.getByRole('button', { name: 'Approve', exact: true }).isDisabled()).toBe(true);
    await press(page, page.getByRole('button', { name: 'Apply', exact: true }));
    await page
      .getByRole('dialog')
      .getByText(/in 2 pictures/)
      .waitFor();
    await press(page, page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }));
    await page.getByText('A version is being made that shows what was decided.').waitFor({ timeout: 10_000 });
    await finish(run);
    await page.getByText('this version may be approved', { exact: false }).waitFor({ timeout: 20_000 });
    await page.getByText(/^Version 2 · /).waitFor();
    await press(page, page.getByRole('button', { name: 'Approve', exact: true }));
    await page.getByText(/^Approved by anna, /).waitFor({ timeout: 10_000 });
    expect(await review(run)).toMatchObject({ state: 'approved', changes: 0, undecided: 0 });
    await keep(page, 'approved', { fullPage: true });
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 120_000);

  it('is drawn in by mouse as well, shows what somebody else decides, and many marks at once', async () => {
    const run = await reviewedRun(house, [
      { image: '0001.jpg', score: 0.4 },
      { image: '0001.jpg', score: 0.95, box: { x: 200, y: 20, width: 60, height: 60 } },
      { image: '0002.jpg', score: 0.8 },
    ]);
    const { page, complaints } = await door.open('anna', `/privacy/${run.review.id}?show=all&image=0001.jpg`);
    await page.getByText(/IMG_0001\.jpg: mark 1 of 2/).waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: /^Draw a box/ }).click();
    await page.getByText('Corners set: 0.', { exact: false }).waitFor();
    const box = await page.locator('.privacy-overlay').boundingBox(); // the page may have been scrolled for the button
    if (box === null) throw new Error('no picture');
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    await page.getByText(/IMG_0001\.jpg: mark 3 of 3 · Face · drawn by a person/).waitFor({ timeout: 10_000 });
    const drawn = (await marks(run)).find(({ source }) => source === 'person');
    expect(drawn?.cover).toEqual({
      shape: 'outline',
      outline: [
        [80, 60],
        [160, 60],
        [160, 120],
        [80, 120],
      ],
    });
    // A second mark is chosen by a click on it.
    await page.locator('.privacy-mark').nth(1).click();
    await page.getByText(/IMG_0001\.jpg: mark 2 of 3/).waitFor();

    await page.getByRole('button', { name: 'Decide many' }).click();
    const dialog = page.getByRole('dialog', { name: 'Decide many marks at once' });
    await dialog.getByLabel('At least this sure').fill('300');
    await dialog.getByRole('button', { name: 'Decide', exact: true }).click();
    await dialog.getByRole('alert').waitFor({ timeout: 10_000 });
    await dialog.getByLabel('At least this sure').fill('75');
    await dialog.getByRole('button', { name: 'Decide', exact: true }).click();
    await page.getByText('3 of 4 marks decided').waitFor({ timeout: 10_000 });

    const [first] = run.detections;
    const asked = { detections: [first?.id], verdict: { verdict: 'keep', reason: 'statue' } };
    await house.call('POST', `/v1/privacy/reviews/${run.review.id}/verdicts`, asked);
    await page.getByText('4 of 4 marks decided').waitFor({ timeout: 10_000 });
    await page.keyboard.press('Escape');
    // A verdict that the server refuses is told, and the mark is there again.
    await house.call('POST', `/v1/privacy/reviews/${run.review.id}/apply`);
    await page.getByText('A version is being made that shows what was decided.').waitFor({ timeout: 10_000 });
    await page.getByRole('application').focus();
    await page.keyboard.press('b');
    await page.getByText('The review takes no decisions now.', { exact: false }).waitFor();
    expect(complaints.filter((complaint) => !/status of (400|409)/.test(complaint))).toEqual([]);
    await page.context().close();
  }, 60_000);

  it('asks for a second person, holds back the erasure, and shows nothing to whoever may not', async () => {
    await house.call('PUT', '/v1/privacy/policy', { ...OPEN_POLICY, twoPersons: true });
    const run = await reviewedRun(house);
    const { page } = await door.open('anna', '/privacy?part=policy');
    const days = page.getByLabel('Days until originals are erased');
    await page.getByLabel('Erase originals after the approval').check();
    await days.fill('');
    await page.getByText('Say how many days, or choose not to erase.').waitFor();
    await days.fill('99999');
    await page.getByRole('button', { name: 'Save' }).click();
    await until('the wrong field to have the focus', () => hasFocus(days));
    await house.call('PUT', '/v1/privacy/policy', { ...OPEN_POLICY, twoPersons: true, answerWithinDays: 20 });
    await days.fill('3');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody changed the policy meanwhile.', { exact: false }).waitFor({ timeout: 10_000 });
    await page.getByRole('button', { name: 'Apply mine' }).click();
    await page.getByText('Saved.').waitFor({ timeout: 10_000 });
    expect((await house.call('GET', '/v1/privacy/policy')).body).toMatchObject({
      twoPersons: true,
      eraseAfterDays: 3,
      gate: 'none',
    });

    await page.goto(page.url().replace('?part=policy', `/${run.review.id}`));
    await page.getByText(/mark 1 of 1/).waitFor({ timeout: 20_000 });
    await page.keyboard.press('b');
    await page.getByText('1 of 1 marks decided').waitFor({ timeout: 10_000 });
    await page.getByText('The policy asks for a second person: somebody', { exact: false }).waitFor();
    await page.getByText('Originals are erased 3 days after the approval.').waitFor();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByRole('alert').getByText('somebody who has decided nothing', { exact: false }).waitFor({ timeout: 10_000 });
    await page.context().close();

    const second = (await door.open('bora', `/privacy/${run.review.id}`)).page;
    await second.getByRole('button', { name: 'Approve', exact: true }).click();
    await second.getByText(/^Approved by bora/).waitFor({ timeout: 10_000 });
    await second.getByText(/^Originals are erased at: /).waitFor();
    await second.getByRole('button', { name: 'Put on legal hold' }).click();
    await until('the field of the reason to have the focus', () => hasFocus(second.getByLabel('Why nothing may be erased')));
    await second.getByLabel('Why nothing may be erased').fill('A case in court');
    await second.getByRole('button', { name: 'Put on legal hold' }).click();
    await second.getByText('Nothing is erased: A case in court').waitFor({ timeout: 10_000 });
    await second.getByRole('button', { name: 'Release from legal hold' }).click();
    await second.getByRole('button', { name: 'Put on legal hold' }).waitFor({ timeout: 10_000 });
    await second.getByRole('button', { name: 'Open again' }).click();
    await second.getByText('Originals are kept').waitFor({ timeout: 10_000 });
    await second.context().close();

    const guest = (await door.open('guest', `/privacy/${run.review.id}`)).page;
    await guest.getByText('your key is missing privacy:write', { exact: false }).waitFor({ timeout: 20_000 });
    expect(await guest.getByRole('button', { name: /^(Approve|Apply|Draw|Blur|Put on)/ }).count()).toBe(0);
    await guest.context().close();
    const nobody = (await door.open('nobody', `/privacy/${run.review.id}`)).page;
    await nobody.getByText('It is missing: privacy:read.', { exact: false }).waitFor({ timeout: 20_000 });
    expect(await nobody.getByRole('link', { name: 'Privacy' }).count()).toBe(0);
    await nobody.context().close();
  }, 60_000);

  it('offers the certificate of what was erased', async () => {
    await house.call('PUT', '/v1/privacy/policy', { ...OPEN_POLICY, eraseAfterDays: 0 });
    const run = await reviewedRun(house);
    const on = `/v1/privacy/reviews/${run.review.id}`;
    await house.call('POST', `${on}/verdicts`, { detections: run.detections.map(({ id }) => id), verdict: { verdict: 'blur' } });
    await house.call('POST', `${on}/approve`);
    await erasureOf(house.parts).turn();
    const { page } = await door.open('anna', `/privacy/${run.review.id}`);
    await page.getByText('Originals are being erased').waitFor({ timeout: 20_000 });
    const { sha256, bytes } = run.original;
    const news = { captureId: run.captureId, revision: 5, erasedAt: new Date().toISOString(), keyDestroyed: true };
    await house.tell(originalsErased, { ...news, files: [{ fileId: newId(), bytes, sha256 }] });
    const button = page.getByRole('button', { name: 'Download the certificate (JSON)' });
    await button.waitFor({ timeout: 20_000 });
    const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
    expect(file.suggestedFilename()).toBe(`erasure-${run.captureId}.json`);
    const certificate = JSON.parse(readFileSync((await file.path()) ?? '', 'utf8')) as ErasureCertificate;
    expect(createHash('sha256').update(JSON.stringify(certificate.document)).digest('hex')).toBe(certificate.sha256);
    await page.getByText('The original was erased.').first().waitFor();
    await page.context().close();
  }, 60_000);

  it('answers who asked to be covered: a box around the place goes, or a reason against it', async () => {
    const run = await reviewedRun(house);
    const made = await house.call<PublicationSettings>('POST', '/v1/publications', { spaceMapId: run.spaceMapId });
    const publicationId = made.body.id;
    const ask = async (note: string): Promise<string> => {
      const body = { publicationId, place: [1.5, 1.5, 1.2], what: 'face', note, contact: 'me@example.org' };
      return (await house.call<BlurRequestStatus>('POST', '/v1/blur-requests', body, {}, ANYBODY)).body.id;
    };
    const request = async (id: string): Promise<BlurRequestView> =>
      (await house.call<BlurRequestView>('GET', `/v1/privacy/requests/${id}`)).body;
    const [window, statue] = [await ask('By the window'), await ask('<b>The bronze one</b>')];
    const { page, complaints } = await door.open('anna', '/privacy?part=requests');
    await page.getByText('<b>The bronze one</b>').waitFor({ timeout: 20_000 });
    expect(await page.getByText(/^(29|30) days left to answer/).count()).toBe(2);
    await keep(page, 'requests');
    await press(page, page.getByRole('link', { name: /^my face/ }).last());
    await page.getByText('By the window').waitFor({ timeout: 10_000 });
    expect(await page.getByRole('link', { name: 'Look there in the viewer' }).getAttribute('href')).toBe(
      `/v/${publicationId}#view=0.000%2C0.000%2C1.500%2C1.500%2C1.500%2C1.200`,
    );
    await tabTo(page, page.getByLabel('Top (z)'));
    await page.keyboard.press('Control+A');
    await page.keyboard.type('0.5');
    await page.getByText('The box is empty', { exact: false }).waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('2');
    await page.keyboard.press('Enter');
    await page.getByText('Accepted. Visitors see it no more', { exact: false }).waitFor({ timeout: 10_000 });
    expect(await request(window)).toMatchObject({ state: 'accepted', reviewId: run.review.id });
    await page.getByRole('cell', { name: 'request accepted' }).waitFor({ timeout: 10_000 });
    await press(page, page.getByRole('link', { name: 'To the review' }));
    await page
      .getByText('Shown otherwise than decided: 1 marks and parts of the place', { exact: false })
      .waitFor({ timeout: 10_000 });

    await page.goto(`${new URL(page.url()).origin}/privacy/requests/${statue}`);
    await press(page, page.getByRole('button', { name: 'Decline' }));
    await until('the field of the reason to have the focus', () => hasFocus(page.getByLabel('Why')));
    await page.keyboard.type('It is a statue.');
    await press(page, page.getByRole('button', { name: 'Decline' }));
    await page.getByRole('cell', { name: 'request declined' }).waitFor({ timeout: 10_000 });
    await page.getByRole('paragraph').getByText('It is a statue.').waitFor();
    expect(await request(statue)).toMatchObject({ state: 'declined', answer: 'It is a statue.' });
    expect(complaints.filter((complaint) => !/status of 400/.test(complaint))).toEqual([]);
    await page.context().close();
  }, 60_000);

  it('leads from a publication that waits for a review to the reviews of its map', async () => {
    await house.call('PUT', '/v1/privacy/policy', { ...OPEN_POLICY, gate: 'reviewed' });
    const run = await reviewedRun(house);
    const { page } = await door.open('anna', `/publications?publish=${run.spaceMapId}`);
    const dialog = page.getByRole('dialog', { name: 'Publish a map' });
    // The maps are another service's: their list is not to be had here, the choice is in the address.
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await dialog.getByText('This version has to be reviewed first').waitFor({ timeout: 10_000 });
    await press(page, dialog.getByRole('link', { name: 'To the privacy reviews' }));
    await page.getByRole('button', { name: 'Of all maps' }).waitFor({ timeout: 10_000 });
    expect(new URL(page.url()).searchParams.get('spaceMapId')).toBe(run.spaceMapId);
    await page.getByRole('link', { name: /^Great hall/ }).waitFor({ timeout: 10_000 });
    expect(await page.getByRole('link', { name: /^Great hall/ }).count()).toBe(1);
    await page.getByLabel('State').selectOption('approved');
    await page.getByText('Nothing matches the filter.').waitFor({ timeout: 10_000 });
    await page.context().close();
  }, 60_000);

  it.each([
    ['en-GB', 'light', 1280],
    ['ko-KR', 'dark', 390],
  ] as const)(
    'can be used by everybody: %s, %s, %d wide',
    async (locale, colorScheme, width) => {
      const run = await reviewedRun(house, [
        { image: '0001.jpg' },
        { image: '0001.jpg', box: { x: 200, y: 20, width: 60, height: 60 } },
      ]);
      const made = await house.call<PublicationSettings>('POST', '/v1/publications', { spaceMapId: run.spaceMapId });
      const body = { publicationId: made.body.id, place: [1.5, 1.5, 1.2], what: 'plate' };
      const { id } = (await house.call<BlurRequestStatus>('POST', '/v1/blur-requests', body, {}, ANYBODY)).body;
      const { page } = await door.open('anna', '/privacy', {
        locale,
        colorScheme,
        viewport: { width, height: 844 },
        hasTouch: width < 500,
      });
      const origin = new URL(page.url()).origin;
      const faults: string[] = [];
      for (const [name, path] of [
        ['reviews', '/privacy'],
        ['requests', '/privacy?part=requests'],
        ['policy', '/privacy?part=policy'],
        ['review', `/privacy/${run.review.id}`],
        ['request', `/privacy/requests/${id}`],
      ] as const) {
        await page.goto(origin + path);
        await page.getByRole('heading', { level: 2 }).waitFor({ timeout: 20_000 });
        await until(
          'the page to have loaded',
          async () =>
            (await page
              .getByRole('status')
              .filter({ has: page.locator('.mantine-Loader-root') })
              .count()) === 0,
        );
        if (name === 'review') await page.locator('.privacy-picture img').waitFor({ timeout: 20_000 });
        await keep(page, `${name}-${locale.slice(0, 2)}-${width}`, { fullPage: true });
        faults.push(...(await faultsOf(page)).map((fault) => `${name}: ${fault}`));
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        if (Number(wide) > width) faults.push(`${name}: ${String(wide)} wide`);
      }
      await page.goto(`${origin}/privacy/${run.review.id}`);
      await page.locator('.privacy-picture img').waitFor({ timeout: 20_000 });
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      faults.push(...(await faultsOf(page)).map((fault) => `keys: ${fault}`));
      expect(faults).toEqual([]);
      await page.context().close();
    },
    90_000,
  );
});

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === element.ownerDocument.activeElement);
}

/** By Tab alone, as somebody without a mouse gets there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor({ timeout: 20_000 });
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the keyboard does not lead there');
}

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** From where the cross is, so many strides to the right and down. */
async function drawBox(page: Page, strides: number): Promise<void> {
  await page.keyboard.press('Enter');
  for (let i = 0; i < strides; i += 1) {
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
}

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string }[] }[];
}

/** What axe-core finds to keep people from using the page. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
