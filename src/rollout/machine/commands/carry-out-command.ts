import { pinsTextOf } from '../../pins/pins.ts';
import { fact } from '../facts.ts';
import { pauseByCommand, resumeByCommand } from '../phases/paused.ts';
import { promoteByCommand } from '../phases/promotion.ts';
import { startOrWait } from '../phases/waiting.ts';
import { pinByCommand, pinRefusal } from '../pins/pin-command.ts';
import { isRollingOut, rollBack, rollBackRefusal } from '../roll-back.ts';
import {
  displayName,
  enterPhase,
  fail,
  type Next,
  NO_HOOK_CALLS,
  NO_REASON,
  NO_TIMERS,
  type Releasing,
  type Situation,
} from '../situation.ts';
import { canAdvance, isKnown } from '../sources.ts';
import { type Phase, ROLLING_OUT, time } from '../state.ts';
import type { Action, StampedCommand, UnreadableCommand } from './command-annotation.ts';
import { commandOf, decisionOf } from './decided-by.ts';

/** A command about the release under way, or the last one. */
type ReleaseCommand = StampedCommand & { action: Exclude<Action, 'pin'> };

/** In which phases a command makes sense, and what it does. */
interface CommandRule {
  in: readonly Phase[];
  /** @param by who gave it, if that is known */
  carryOut(s: Releasing, by: string | undefined): Next;
}

const COMMANDS: Record<ReleaseCommand['action'], CommandRule> = {
  abort: { in: ['Waiting', 'Progressing', 'Paused', 'Promoting', 'Stalled'], carryOut: abort },
  promote: { in: ['Progressing', 'Paused'], carryOut: promoteByCommand },
  pause: { in: ['Progressing'], carryOut: pauseByCommand },
  resume: { in: ['Paused'], carryOut: resumeByCommand },
  retry: { in: ['Failed'], carryOut: retry },
  revert: { in: ['Waiting', 'Progressing', 'Paused', 'Failed'], carryOut: revert },
};

/** Once the gate is open, the way back is a roll-out of its own. */
function abort(s: Releasing, by: string | undefined): Next {
  const end = isRollingOut(s) ? rollBack : fail;
  return end(s, 'Aborted', `was aborted by ${commandOf(by)}`, decisionOf('abort', by, s.now));
}

function retry(s: Releasing, by: string | undefined): Next {
  const { outcome: _outcome, decidedBy: _decidedBy, approvals: _approvals, ...release } = s.state.release;
  const fresh: Releasing = { ...s, state: { ...s.state, release: { ...release, startedAt: time(s.now) } } };
  const words = `${displayName(s)} ${release.revision} is tried again by ${commandOf(by)}`;
  const next = startOrWait(fresh);
  return { ...next, facts: [fact('NewRevision', words, release.revision), ...next.facts] };
}

/** The stable template takes the place of the held one; what was under way gives way. */
function revert(s: Releasing, by: string | undefined): Next {
  const { stable, release } = s.state;
  if (stable === undefined) return { state: s.state, facts: [] };
  const { outcome: _outcome, refusal: _refusal, ...rest } = release;
  const pins = pinsTextOf(s.seen.deployment.spec.template);
  const going: Releasing = {
    ...s,
    state: {
      ...s.state,
      ...(pins !== '' && { declinedPins: pins }),
      release: {
        ...rest,
        path: 'withdrawn',
        revision: stable.revision,
        revert: s.seen.revision,
        decidedBy: decisionOf('revert', by, s.now),
      },
    },
  };
  const message = `${displayName(s)} goes back to ${stable.revision} by ${commandOf(by)}`;
  const told = fact('Withdrawn', message, stable.revision);
  return enterPhase(going, 'Promoting', { ...NO_TIMERS, ...NO_HOOK_CALLS, ...NO_REASON, weight: 0 }, told);
}

/** Why a command cannot be carried out now; undefined if it can. */
function refusal(s: Situation, { action, revision }: ReleaseCommand): string | undefined {
  const { state, seen } = s;
  const { phase, release } = state;
  if (release === undefined || !COMMANDS[action].in.includes(phase)) {
    return `cannot ${action} in phase ${phase}; it works in ${COMMANDS[action].in.join(', ')}`;
  }
  if (revision !== undefined && revision !== release.revision) {
    return `cannot ${action} ${revision}: the revision is now ${release.revision}`;
  }
  if (seen.hold.state === 'unreadable') return `cannot ${action}: the hold on the Deployment cannot be read`;
  const held = seen.hold.state === 'held' || !isKnown(seen, 'deployment');
  if (!held && ROLLING_OUT.has(phase)) {
    const why = rollBackRefusal(s);
    return why && `cannot ${action}: ${why}`;
  }
  if (!held) return `cannot ${action}: no revision is held`;
  if (action === 'revert' && state.stable === undefined) return 'cannot revert: the running version is not known';
  return undefined;
}

const refuse = (s: Situation, { id, by }: StampedCommand | UnreadableCommand, message: string): Next => ({
  state: { ...s.state, command: { id, accepted: false, message } },
  facts: [fact('CommandRefused', `${displayName(s)}: ${message} (${commandOf(by)})`)],
});

/** A command waits, unanswered, for what it depends on. Abort depends on nothing. */
function waits({ seen }: Situation, { action }: StampedCommand): boolean {
  if (action === 'promote') return !canAdvance(seen);
  return action !== 'abort' && !isKnown(seen, 'deployment');
}

/** Whether an abort was asked for that is not carried out yet. */
export const isAbortAsked = ({ seen: { command }, state }: Situation): boolean =>
  command !== undefined && !('problem' in command) && command.action === 'abort' && command.id !== state.command?.id;

/** Carries out a command that was not seen before, once; undefined if there is none, or it has to wait. */
export function carryOutCommand(s: Situation): Next | undefined {
  const { command } = s.seen;
  if (command === undefined || command.id === s.state.command?.id) return undefined;
  if ('problem' in command) return refuse(s, command, command.problem);
  if (waits(s, command)) return undefined;
  const { id, action, by } = command;
  const next = action === 'pin' ? (pinRefusal(s) ?? pinByCommand(s, by)) : ofRelease(s, { ...command, action });
  if (typeof next === 'string') return refuse(s, command, next);
  return { ...next, state: { ...next.state, command: { id, accepted: true, message: `${action}: done` } } };
}

/** What a command makes of the release, or why it is refused. */
function ofRelease(s: Situation, command: ReleaseCommand): Next | string {
  const why = refusal(s, command);
  const { release } = s.state;
  if (why !== undefined || release === undefined) return why ?? 'there is no release';
  return COMMANDS[command.action].carryOut({ ...s, state: { ...s.state, release } }, command.by);
}
