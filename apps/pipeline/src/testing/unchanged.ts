import type { Step } from '../application/step';

/** Stands in for the privacy step where a spec is about what comes after it and has no people in its pictures. */
export const unchanged: Step = {
  name: 'anonymize',
  version: 1,
  reads: ['ingest', 'frames'],
  optionsRead: [],
  async run(context) {
    const source = context.record('frames') ?? context.need('ingest');
    for (const file of source.files.filter((one) => one.path.startsWith('images/'))) context.adopt(file.path, file);
    await context.put('detections.json', Buffer.from('{"detections":[]}'), 'application/json');
    return { provider: 'none', metrics: {}, notes: [] };
  },
};
