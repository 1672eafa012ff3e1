import { StepError } from '../../application/step';

/** Rooms with ordinary texture give a thousand features and more; below this there is little to hold on to. */
const FEATURES_FEW = 300;
const NAMED_MAX = 8;

export interface Coverage {
  /** In capture order, by what the owner calls them. */
  names: readonly string[];
  /** Whether each became part of the model. */
  connected: readonly boolean[];
  /** Features found in each. */
  features: readonly number[];
}

/** Sentences for the owner: where to take more photos, and which ones show too little texture. */
export function coverageAdvice({ names, connected, features }: Coverage): string[] {
  const advice = gaps(connected)
    .slice(0, NAMED_MAX)
    .map(({ from, to }) => {
      const who = from === to ? `${names[from]} does` : `${names[from]} to ${names[to]} (${to - from + 1} photos) do`;
      const around = [names[from - 1], names[to + 1]].filter((name) => name !== undefined);
      const where = around.length === 2 ? `between ${around.join(' and ')}` : `near ${around[0] ?? names[from]}`;
      return `${who} not connect to the others: take more photos ${where}, each overlapping the one before by two thirds`;
    });
  const plain = names.filter((_, index) => (features[index] ?? 0) < FEATURES_FEW);
  if (plain.length > 0) {
    const named = plain.slice(0, NAMED_MAX).join(', ');
    const more = plain.length > NAMED_MAX ? ` and ${plain.length - NAMED_MAX} more` : '';
    advice.push(
      `Little texture is visible in ${named}${more}: blank walls, glass and dark corners need something with detail in view`,
    );
  }
  return advice;
}

export function notEnough(coverage: Coverage, registered: number, attempts: readonly string[]): StepError {
  const total = coverage.names.length;
  const detail = `Only ${registered} of ${total} photos could be brought together, too few for a map. ${attempts.join('. ')}`;
  const advice = coverageAdvice(coverage);
  const general =
    'Walk sideways along what you photograph instead of turning on the spot, and keep two thirds of each picture in the next';
  return new StepError('user', 'too-few-registered', detail, [...advice, general]);
}

/** Runs of images that did not connect, by their first and last index. */
function gaps(connected: readonly boolean[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  connected.forEach((yes, index) => {
    const last = found.at(-1);
    if (yes) return;
    if (last && last.to === index - 1) last.to = index;
    else found.push({ from: index, to: index });
  });
  return found;
}
