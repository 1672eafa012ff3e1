import type { Experiment } from './experiment';
import { broken } from './experiment';

/** What a spec does with an experiment. */
export async function small(experiment: Experiment): Promise<void> {
  const finding = await experiment.run('small', () => undefined);
  expect({ broken: broken(finding), figures: finding.figures }).toEqual({ broken: [], figures: finding.figures });
}
