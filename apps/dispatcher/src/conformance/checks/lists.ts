import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RawAnswer } from '../../adapters/kube/cluster-check/raw-api';
import { DOCS, NotApplicable, demand, type Check } from '../check';
import { METADATA_LIST_ACCEPT } from '../streams';
import type { Surroundings } from '../surroundings';
import { PART_LABEL } from '../workbench';
import { said } from './access';

const PAGES_MAX = 10;

const listSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ resourceVersion: z.string(), continue: z.string().default('') }),
  items: z.array(
    z.looseObject({ metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }) }),
  ),
});

export const listChecks: readonly Check[] = [
  {
    id: 'lists.pages',
    title:
      'With limit and continue a list comes in pages: each object once, all of one resourceVersion, nothing that was made since.',
    reference: `${DOCS.concepts}#retrieving-large-results-sets-in-chunks`,
    dispatcher: 'It lists everything in pages of 500 and watches from that version on; half a list would look like deletions.',
    run: async (on) => {
      const names = await three(on, 'pages');
      const query = { labelSelector: `${on.bench.selector},${PART_LABEL}=pages`, limit: 1 };
      const seen: string[] = [];
      const versions = new Set<string>();
      let token = '';
      for (let page = 0; page < PAGES_MAX && (page === 0 || token !== ''); page += 1) {
        const list = parse(await on.api.get(on.bench.workflows, { ...query, continue: token === '' ? undefined : token }));
        demand(list.items.length <= 1, `a page of 1 has ${list.items.length}`);
        demand(page > 0 || list.metadata.continue !== '', 'the first of three pages has no continue');
        seen.push(...list.items.map(({ metadata }) => metadata.name));
        versions.add(list.metadata.resourceVersion);
        token = list.metadata.continue;
        if (page === 0) await on.bench.inert('pages', 'pages-late');
      }
      demand(token === '', `there is no end after ${PAGES_MAX} pages`);
      demand(same(seen, names), `the pages held ${seen.join(', ') || 'nothing'}`);
      demand(versions.size === 1, `the pages are of ${versions.size} versions`);
      return `${seen.length} pages of version ${[...versions].join()}`;
    },
  },
  {
    id: 'lists.selectors',
    title: 'Label selectors choose by equality, inequality, sets and existence.',
    reference: `${DOCS.labels}#label-selectors`,
    dispatcher: 'It finds its workflows by the label of their run, and pods by that of their workflow.',
    run: async (on) => {
      const [a = '', b = '', c = ''] = await three(on, 'chosen');
      const part = `${on.bench.selector},${PART_LABEL}=chosen`;
      const number = 'stead.dev/number';
      const expected: [selector: string, names: string[]][] = [
        [`${number}=1`, [b]],
        [`${number}!=1`, [a, c]],
        [`${number} in (0,2)`, [a, c]],
        [`${number} notin (0,2)`, [b]],
        [number, [a, b, c]],
        [`!${number}`, []],
      ];
      for (const [selector, names] of expected) {
        const list = parse(await on.api.get(on.bench.workflows, { labelSelector: `${part},${selector}` }));
        const found = list.items.map(({ metadata }) => metadata.name);
        demand(
          same(found, names),
          `"${selector}" chose ${found.join(', ') || 'nothing'} and not ${names.join(', ') || 'nothing'}`,
        );
      }
      return `${expected.length} selectors`;
    },
  },
  {
    id: 'lists.metadata-only',
    title: 'Accept: as=PartialObjectMetadataList lists names, labels and annotations, and no spec.',
    reference: `${DOCS.concepts}#receiving-resources-as-tables`,
    dispatcher: 'It lists and watches all its workflows like that: whole ones have megabytes.',
    run: async (on) => {
      const names = await three(on, 'metadata');
      const query = { labelSelector: `${on.bench.selector},${PART_LABEL}=metadata` };
      const list = parse(await on.api.get(on.bench.workflows, query, METADATA_LIST_ACCEPT));
      demand(list.kind === 'PartialObjectMetadataList', `the list is a ${list.kind}`);
      demand(
        same(
          list.items.map(({ metadata }) => metadata.name),
          names,
        ),
        'the list is not what was made',
      );
      demand(
        list.items.every((item) => !('spec' in item)),
        'an item has a spec',
      );
      demand(
        list.items.every(({ metadata }) => metadata.labels[PART_LABEL] === 'metadata'),
        'an item lacks its labels',
      );
      return `${list.items.length} items of ${list.kind}`;
    },
  },
  {
    id: 'lists.expired-token',
    title: 'A continue token that is too old is answered with 410 and reason Expired.',
    reference: `${DOCS.concepts}#retrieving-large-results-sets-in-chunks`,
    dispatcher: 'It lists again from the beginning, at once.',
    run: async (on) => {
      await three(on, 'expired');
      const query = { labelSelector: `${on.bench.selector},${PART_LABEL}=expired`, limit: 1 };
      const first = parse(await on.api.get(on.bench.workflows, query));
      const answer = await on.api.get(on.bench.workflows, { ...query, continue: aged(first.metadata.continue) });
      if (answer.status === 200) throw new NotApplicable('the server still remembers its first version');
      if (answer.status === 400)
        throw new NotApplicable(`the form of its tokens is its own, and cannot be aged from here (${answer.message})`);
      demand(answer.status === 410, `it answered ${said(answer)}`);
      demand(answer.reason === 'Expired' || answer.reason === 'Gone', `the reason is "${answer.reason}"`);
      return said(answer);
    },
  },
];

/** The same token as if it had been given out long ago: Kubernetes' hold a version, others an id that is forgotten by then. */
function aged(token: string): string {
  try {
    const content = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Record<string, unknown>; // or it throws
    if (typeof content['rv'] === 'number') return Buffer.from(JSON.stringify({ ...content, rv: 1 })).toString('base64url');
  } catch {
    // Not of this form.
  }
  return randomUUID();
}

async function three({ bench, client }: Surroundings, part: string): Promise<string[]> {
  const names: string[] = [];
  for (let number = 0; number < 3; number += 1) {
    const manifest = bench.inertManifest(part, `${part}-${number}`);
    manifest.metadata.labels['stead.dev/number'] = String(number);
    names.push((await client.createWorkflow(manifest)).metadata.name);
  }
  return names;
}

function parse(answer: RawAnswer): z.infer<typeof listSchema> {
  demand(answer.status === 200, `the list was answered with ${said(answer)}`);
  const parsed = listSchema.safeParse(answer.json);
  demand(parsed.success, 'the answer is no list');
  return parsed.data;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
}
