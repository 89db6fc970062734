import type { Action } from '../../rollout/machine/commands/command-annotation.ts';
import { aligned, type Entry } from '../outline.ts';
import type { View } from '../view.ts';

interface Advice {
  text: string;
  commands: readonly (readonly [action: Action, effect: string])[];
}

const WITHOUT_APPROVAL: Advice['commands'] = [
  ['promote', 'to roll it out without approval and further checks'],
  ['abort', 'to keep it out'],
];
const PAUSED: Advice['commands'] = [
  ['promote', 'to roll it out without the rest of the analysis'],
  ['abort', 'to keep it out'],
];

/** What a person can do where nothing goes on by itself. */
function adviceFor({ phase, reason, awaiting }: View): Advice | undefined {
  if (phase === 'Failed') {
    return {
      text: 'Next: another revision, or',
      commands: [
        ['retry', 'to analyse it again'],
        ['revert', 'to put the running version in its place'],
      ],
    };
  }
  if (phase === 'Paused') {
    if (reason === 'Suspended') return { text: 'Next: suspend set to false, or', commands: PAUSED };
    return { text: 'Next', commands: [['resume', 'to go on at this weight'], ...PAUSED] };
  }
  if (phase === 'Progressing' && awaiting?.message !== undefined) {
    return { text: 'Next: the approval, or', commands: WITHOUT_APPROVAL };
  }
  return undefined;
}

/** @param program how it was called, for commands that can be pasted */
export function nextEntries(view: View, program: string): Entry[] {
  const advice = adviceFor(view);
  if (advice === undefined) return [];
  const { name, namespace } = view;
  const entries = advice.commands.map(
    ([action, effect]): Entry => ({
      cells: [
        { text: `${program} ${action} ${name} -n ${namespace}`, colour: 'bold' },
        { text: effect, colour: 'dim' },
      ],
    }),
  );
  return [{ cells: [{ text: advice.text }], entries: aligned(entries) }];
}
