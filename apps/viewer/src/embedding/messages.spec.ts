import { Embedder, type EmbedderCommand } from './messages';

const ID = '3b241101-e2bb-4255-8caf-4136c566a962';
const GO = { type: 'stead:go', hotspotId: ID };

function talk(): {
  embedder: Embedder;
  say: (data: unknown, source?: unknown) => void;
  told: unknown[];
} {
  const told: unknown[] = [];
  const parent = { postMessage: (message: unknown) => void told.push(message) };
  let hear: (event: { data: unknown; source: unknown }) => void = () => undefined;
  const own = { addEventListener: (_: string, listener: typeof hear) => void (hear = listener) };
  const embedder = new Embedder({ own: own as unknown as Window, parent }); // one of its many methods is called
  return { embedder, told, say: (data, source = parent) => hear({ data, source }) };
}

describe('the page that shows us in a frame', () => {
  it('is obeyed, also in what it asked for before there was anything to show', () => {
    const { embedder, say } = talk();
    say(GO);
    const obeyed: EmbedderCommand[] = [];
    embedder.obeyWith((command) => obeyed.push(command));
    say({ type: 'stead:view', position: [1, 2, 3], target: [0, 0, 0] });
    expect(obeyed.map(({ type }) => type)).toEqual(['stead:go', 'stead:view']);
  });

  it.each<[string, unknown]>([
    ['another type', { type: 'stead:delete', hotspotId: ID }],
    ['no id', { type: 'stead:go', hotspotId: '<img>' }],
    ['a field too many', { ...GO, then: 'eval' }],
    ['an action that is none', { type: 'stead:tour', tourId: ID, action: 'loop' }],
    ['a place that is nowhere', { type: 'stead:view', position: [NaN, 0, 0], target: [1, 1, 1] }],
    ['a place beyond the earth', { type: 'stead:view', position: [1e9, 0, 0], target: [1, 1, 1] }],
    ['text', 'stead:go'],
    ['nothing', null],
  ])('is not obeyed in %s', (_, data) => {
    const { embedder, say } = talk();
    const obeyed: EmbedderCommand[] = [];
    embedder.obeyWith((command) => obeyed.push(command));
    say(data);
    expect(obeyed).toEqual([]);
  });

  it('is the only one that is obeyed', () => {
    const { embedder, say } = talk();
    const obeyed: EmbedderCommand[] = [];
    embedder.obeyWith((command) => obeyed.push(command));
    say(GO, { postMessage: () => undefined });
    say(GO, null);
    expect(obeyed).toEqual([]);
  });

  it('cannot pile up commands without end', () => {
    const { embedder, say } = talk();
    for (let i = 0; i < 100; i += 1) say(GO);
    const obeyed: EmbedderCommand[] = [];
    embedder.obeyWith((command) => obeyed.push(command));
    expect(obeyed).toHaveLength(20);
  });

  it('is told which publication speaks', () => {
    const { embedder, told } = talk();
    embedder.publicationId = ID;
    embedder.tell({ type: 'stead:hotspot', hotspotId: ID });
    expect(told).toEqual([{ type: 'stead:hotspot', hotspotId: ID, publicationId: ID }]);
  });
});
