import { type Next, type Releasing, stay } from '../situation.ts';
import { canaryTrouble } from './progressing.ts';

/** Stopped by command: no checks, no steps; a canary that breaks still fails. */
export const paused = (s: Releasing): Next => canaryTrouble(s) ?? stay(s);
