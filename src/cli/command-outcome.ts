import type { Canary } from '../rollout/machine/canary.ts';
import { type Command, readCommand } from '../rollout/machine/commands/command-annotation.ts';
import { viewOf } from './view.ts';

/** What became of a command. */
export type CommandOutcome =
  | { kind: 'accepted' | 'refused'; message: string }
  /** It is not read yet. */
  | { kind: 'awaited' }
  /** It never will be. */
  | { kind: 'lost'; message: string };

/** @param canary undefined: it is gone. */
export function commandOutcome(command: Command, canary: Canary | undefined): CommandOutcome {
  if (canary === undefined) return { kind: 'lost', message: 'its Canary was deleted' };
  const { status, metadata } = canary;
  const answered = status?.command;
  if (answered?.id === command.id) {
    if (!answered.accepted) return { kind: 'refused', message: answered.message };
    const { phase, weight } = viewOf(canary);
    return { kind: 'accepted', message: `${answered.message}; now ${phase} at weight ${weight}%` };
  }
  const standing = readCommand(metadata.annotations);
  if (standing?.id === command.id) return { kind: 'awaited' };
  const other = standing && 'action' in standing ? ` (${standing.action})` : '';
  return { kind: 'lost', message: `another command${other} took its place` };
}
