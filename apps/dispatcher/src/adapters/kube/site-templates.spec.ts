import { KubeError, type WorkflowTemplate } from '@stead/platform/kube';
import { SiteTemplates } from './site-templates';

const TEMPLATE = { metadata: { name: 'held' } } as WorkflowTemplate;

let nowMs: number;
let asked: number[];
let answer: () => WorkflowTemplate | null;
let told: string[];
let templates: SiteTemplates;

beforeEach(() => {
  nowMs = 0;
  asked = [];
  told = [];
  answer = () => TEMPLATE;
  const source = {
    getTemplate: (): Promise<WorkflowTemplate | null> => {
      asked.push(nowMs);
      return new Promise((resolve) => resolve(answer()));
    },
  };
  const events = { onChange: () => void told.push('change'), onError: () => void told.push('error') };
  templates = new SiteTemplates(source, events, () => nowMs);
});

/** Asks ten times a second, as cycles do. */
async function askFor(ms: number): Promise<void> {
  for (const end = nowMs + ms; nowMs < end; nowMs += 100) {
    templates.of('held');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('is read once for all who ask, and again when it has grown old', async () => {
  await askFor(31_000);
  expect(asked).toEqual([0, 30_100]);
  expect(templates.of('held')).toBe(TEMPLATE);
  expect([told, templates.pipelines()]).toEqual([['change'], ['held']]);
});

it('tells when it goes, and is known as gone', async () => {
  await askFor(100);
  answer = () => null;
  await askFor(31_000);
  expect([templates.of('held'), told]).toEqual([null, ['change', 'change']]);
});

it('of a server that asks for patience is asked for later each time, and as it was before once it answers', async () => {
  answer = () => {
    throw new KubeError('onprem', 'throttled', 'too many requests', 429);
  };
  await askFor(60_000);
  expect(asked).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000]);
  answer = () => TEMPLATE;
  await askFor(2_000);
  expect(templates.of('held')).toBe(TEMPLATE);
});

it('of a server that fails is asked for twice a second', async () => {
  answer = () => {
    throw new KubeError('onprem', 'unavailable', 'it fails', 503);
  };
  await askFor(2_000);
  expect(asked).toEqual([0, 500, 1_000, 1_500]);
});
