import fc from 'fast-check';
import { buildWorkflow, specHash, type WorkflowRequest } from './workflow-builder';

const REQUEST: WorkflowRequest = {
  ...{ name: 'sm-1-e1', namespace: 'stead', labels: { app: 'stead' }, template: 'maps', entrypoint: 'photos' },
  ...{ parameters: { params: '{}' }, priority: 50, ttlS: 60, activeDeadlineS: 3600, instanceId: 'gpu' },
};
/** What `templateReferencing: Strict` lets a submission set: <https://argo-workflows.readthedocs.io/en/latest/workflow-restrictions/>. */
const ALLOWED = ['arguments', 'entrypoint', 'priority', 'ttlStrategy', 'activeDeadlineSeconds', 'workflowTemplateRef'];

describe('a workflow that is submitted', () => {
  it('sets only what the strictest cluster takes from a submission', () => {
    expect(ALLOWED).toEqual(expect.arrayContaining(Object.keys(buildWorkflow(REQUEST).spec)));
  });

  it('names its template, and the controller that is to take it', () => {
    const { metadata, spec } = buildWorkflow(REQUEST);
    expect(spec).toMatchObject({
      workflowTemplateRef: { name: 'maps' },
      arguments: { parameters: [{ name: 'params', value: '{}' }] },
    });
    expect(metadata.labels).toEqual({ app: 'stead', 'workflows.argoproj.io/controller-instanceid': 'gpu' });
    const { instanceId: _none, ...withoutInstance } = REQUEST;
    expect(Object.keys(buildWorkflow(withoutInstance).metadata.labels)).toEqual(['app']);
  });

  it.each(['', 'A', 'sm_1', '-sm', 'x'.repeat(64)])('cannot be called %p', (name) => {
    expect(() => buildWorkflow({ ...REQUEST, name })).toThrow(RangeError);
  });

  it('refuses a label that Kubernetes would refuse', () => {
    expect(() => buildWorkflow({ ...REQUEST, labels: { title: 'Museum, ground floor' } })).toThrow(RangeError);
  });
});

describe('the hash of a spec', () => {
  it('does not depend on the order of members, and depends on everything else', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.jsonValue(), (spec, name, value) => {
        const reversed = Object.fromEntries(Object.entries(spec).reverse());
        expect(specHash(reversed)).toBe(specHash(spec));
        const changed = { ...spec, [name]: value };
        if (JSON.stringify(changed[name]) !== JSON.stringify(spec[name])) expect(specHash(changed)).not.toBe(specHash(spec));
      }),
    );
  });
});
