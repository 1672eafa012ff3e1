import { e1 } from './e01-drop';
import { e2 } from './e02-hang';
import { e3 } from './e03-bad-line';
import { e4 } from './e04-cut-answers';
import { e5 } from './e05-crash';
import { e6 } from './e06-paused-leader';
import { e7 } from './e07-return';
import { e8 } from './e08-stale-watch';
import { e9 } from './e09-flapping';
import { e10 } from './e10-fragments';
import { e11 } from './e11-cloud';
import { e12 } from './e12-poison';
import { e13 } from './e13-dark';
import { e14 } from './e14-long-queue';
import { e15 } from './e15-clocks';
import { e16 } from './e16-damaged-result';
import type { Experiment } from './experiment';

/** The verification plan, in its order. */
export const EXPERIMENTS: readonly Experiment[] = [e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13, e14, e15, e16];
