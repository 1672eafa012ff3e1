import { e1 } from './e01-drop';
import { e2 } from './e02-hang';
import { e3 } from './e03-bad-line';
import { e4 } from './e04-cut-answers';
import { e5 } from './e05-crash';
import type { Experiment } from './experiment';

/** The verification plan, in its order. */
export const EXPERIMENTS: readonly Experiment[] = [e1, e2, e3, e4, e5];
