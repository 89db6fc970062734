import { styleText } from 'node:util';
import type { Phase } from '../rollout/machine/state.ts';
import type { Io } from './io.ts';

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Gives a text a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** Colours only for eyes: on a terminal, and not where NO_COLOR is set. FORCE_COLOR decides before both, as in Node. */
export function painter({ stdout, env }: Pick<Io, 'stdout' | 'env'>): Paint {
  const forced = env['FORCE_COLOR'];
  const usual = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const coloured = forced ? forced !== '0' && forced !== 'false' : usual;
  return coloured ? (colour, text) => styleText(colour, text, { validateStream: false }) : (_, text) => text;
}

export const PHASE_COLOUR: Readonly<Record<Phase, Colour>> = {
  Initialized: 'green',
  Waiting: 'yellow',
  Progressing: 'cyan',
  Paused: 'yellow',
  Promoting: 'cyan',
  Stalled: 'red',
  Finalising: 'cyan',
  Succeeded: 'green',
  Failed: 'red',
};
