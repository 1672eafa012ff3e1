import { publishedSceneSchema, type PublishedScene } from '@stead/contracts/studio';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const IDS = {
  ...{ table: id(1), window: id(2), door: id(3), behind: id(4), tour: id(10), loop: id(11), width: id(20), floor: id(21) },
  ...{ routeA: id(30), routeB: id(31), path: id(32), anchor: id(40), picture: id(90), sound: id(91), film: id(92) },
} as const;

const HARMFUL =
  '<img src=x onerror="window.harmed = true"><script>window.harmed = true</script><a href="javascript:window.harmed=true">run</a>';

/** What hangs in the room of `small-tileset.ts`. */
export const SMALL_SCENE: PublishedScene = publishedSceneSchema.parse({
  schemaVersion: 1,
  name: 'A small room',
  start: { position: [1, 0.6, 1.6], target: [3.5, 4, 1.1] },
  metresPerUnit: 1,
  elements: [
    hung({
      ...{ kind: 'hotspot', id: IDS.table, title: { ko: '노란 탁자', en: 'The yellow table' }, colour: '#b45309', icon: 'info' },
      ...{ anchor: [4.5, 3, 0.9], normal: [0, -1, 0], category: 'exhibit' },
      text: {
        ko: '<p>참나무로 만든 <strong>탁자</strong>입니다. 이 방에서 가장 오래된 물건입니다.</p>',
        en: `<p>Made of <strong>oak</strong>, the oldest thing in this room.</p><ul><li>1 m wide</li><li>1 m high</li></ul>${HARMFUL}`,
      },
      media: [
        {
          mediaId: IDS.picture,
          alt: { en: 'The table, seen from the door', ko: '문에서 본 탁자' },
          caption: { en: 'Photographed in spring' },
        },
        { mediaId: IDS.sound, caption: { en: 'The sound of the room' } },
        { mediaId: IDS.film, alt: { en: 'A film that is lost' } },
      ],
      links: [{ url: 'https://example.org/oak', label: { en: 'About oak', ko: '참나무에 대하여' } }],
      hours: {
        timeZone: 'Asia/Seoul',
        weekly: Object.fromEntries(
          ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'].map((day) => [day, [{ from: '00:00', to: '24:00' }]]),
        ),
      },
      contact: { phone: '+82 2 123 4567', email: 'room@example.org', website: 'https://example.org' },
    }),
    hung({
      ...{ kind: 'hotspot', id: IDS.window, title: { ko: '파란 벽', en: 'The blue wall' }, icon: 'picture', colour: '#2563eb' },
      ...{ anchor: [2.2, 4.9, 1.7], normal: [0, -1, 0], view: { position: [2.2, 2.5, 1.6], target: [2.2, 4.9, 1.7] } },
      text: { en: '<p>Chequered, in two blues.</p>' },
    }),
    hung({
      ...{ kind: 'hotspot', id: IDS.door, title: { ko: '붉은 벽' }, icon: 'exit', colour: '#facc15', category: 'entrance' },
      ...{ anchor: [0.1, 3.6, 1.2], normal: [-1, 0, 0] },
    }),
    hung({ kind: 'hotspot', id: IDS.behind, title: { en: 'Behind you' }, anchor: [0.2, -3, 1.6], normal: [0, 1, 0] }),
    hung({
      ...{ kind: 'tour', id: IDS.tour, title: { ko: '방 둘러보기', en: 'Around the room' }, travelS: 0.5 },
      stops: [
        {
          hotspotId: IDS.table,
          dwellS: 600,
          narration: { ko: '먼저 탁자를 봅니다.', en: 'First we look at the table.' },
          audioMediaId: IDS.sound,
        },
        { hotspotId: IDS.window, dwellS: 600, narration: { ko: '다음은 파란 벽입니다.', en: 'Then at the blue wall.' } },
        { view: { position: [1, 1, 2.6], target: [4, 4, 0] }, dwellS: 0, narration: { en: 'And at all of it from above.' } },
      ],
    }),
    hung(
      {
        kind: 'measurement',
        id: IDS.width,
        title: { ko: '벽 너비', en: 'Width of the wall' },
        measured: {
          of: 'distance',
          points: [
            [0, 4.95, 0.9],
            [6, 4.95, 0.9],
          ],
        },
      },
      { of: 'measurement', measured: { value: 6, error: 0.02, unit: 'm' } },
    ),
    hung({ kind: 'route-point', id: IDS.routeA, title: { en: 'Door' }, position: [0.5, 1.5, 0.02], turningM: 1.6 }),
    hung({ kind: 'route-point', id: IDS.routeB, position: [3.5, 2.4, 0.02] }),
    hung(
      { kind: 'route-path', id: IDS.path, fromId: IDS.routeA, toId: IDS.routeB, widthM: 1.2 },
      { of: 'route-path', lengthM: 3.13, slope: 0, wheelchair: 'yes', reasons: [] },
    ),
    hung({
      kind: 'ar-anchor',
      id: IDS.anchor,
      title: { ko: '조각상', en: 'A statue' },
      position: [2.5, 3, 0],
      fallbackMediaId: IDS.picture,
    }),
    // Of a kind that is made up later: an older page leaves it out. The builder puts it in after this one is checked.
  ],
  media: [
    file(IDS.picture, 'media/table.svg', 'image/svg+xml', { widthPx: 64, heightPx: 40 }),
    file(IDS.sound, 'media/room.wav', 'audio/wav', { durationS: 0.2 }),
    file(IDS.film, 'media/lost.mp4', 'video/mp4', { widthPx: 64, heightPx: 36, durationS: 1 }),
  ],
});

/** Files below the signed prefix, besides the tiles. */
export function sceneFiles(): Map<string, Buffer> {
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="40"><rect width="64" height="40" fill="#cfe3d4"/><rect x="16" y="16" width="32" height="20" fill="#d6a52a"/></svg>`;
  const [width, height] = [1200, Math.round((1200 * 5.36) / 6.36)];
  const plan = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="-0.18 -0.18 6.36 5.36"><rect x="-1" y="-1" width="9" height="9" fill="#faf9f5"/><rect width="6" height="5" fill="#eee9dc" stroke="#262c38" stroke-width=".12"/><rect x="4" y="1" width="1" height="1" fill="#9aa0aa"/></svg>`;
  const scene = {
    ...SMALL_SCENE,
    elements: [...SMALL_SCENE.elements, { element: { kind: 'hologram', id: IDS.loop }, derived: null }],
  };
  return new Map([
    ['scene/scene.json', Buffer.from(JSON.stringify(scene))],
    ['media/table.svg', Buffer.from(picture)],
    ['media/room.wav', silence()],
    ['plan.svg', Buffer.from(plan)],
    [
      'plan.json',
      Buffer.from(
        JSON.stringify({
          image: 'plan.svg',
          width,
          height,
          units: 'metre',
          originX: -0.18,
          originY: 5.18,
          unitsPerPx: 6.36 / 1200,
        }),
      ),
    ],
  ]);
}

function hung(element: Record<string, unknown>, derived: unknown = null): unknown {
  return { element, derived };
}

function file(fileId: string, path: string, mediaType: string, more: Record<string, number>): unknown {
  const sizes = { widthPx: null, heightPx: null, durationS: null, ...more };
  return { id: fileId, path, mediaType, bytes: 100, sha256: '0'.repeat(64), ...sizes };
}

/** A fifth of a second of nothing: 8 kHz, 8 bits, one channel. */
function silence(): Buffer {
  const samples = Buffer.alloc(1_600, 128);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
