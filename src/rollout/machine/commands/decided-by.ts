import { printable } from '../../printable.ts';
import { userWords } from '../../user-name.ts';
import { readBypass } from '../../workload/bypass.ts';
import type { Situation } from '../situation.ts';
import { type Time, time } from '../state.ts';

/** What ended a release, or sent it past its analysis. */
export const DECISIONS = ['promote', 'abort', 'revert', 'bypass', 'rollback'] as const;

/** Who decided about a release, where it was not its analysis alone. */
export interface DecidedBy {
  action: (typeof DECISIONS)[number];
  at: Time;
  /** User name; left out for a hook, and where nobody knows. */
  user?: string;
  /** The hook of type rollback. */
  hook?: string;
  /** Why, in the words of a bypass. */
  reason?: string;
}

/** Of a release: somebody has said to promote it. */
export const isOrdered = ({ decidedBy }: { decidedBy?: DecidedBy | undefined }): boolean =>
  decidedBy?.action === 'promote';

/** By whom something was asked for, in a sentence. */
export const commandOf = (by: string | undefined): string => `command of ${userWords(by)}`;

/** Characters of a reason that stand in a sentence. */
const LONGEST_REASON = 200;

/** `promoted by command of alice`, as it stands in what is told of an end. */
export function decidedWords({ action, user, hook, reason }: DecidedBy): string {
  const said = reason === undefined ? '' : ` (${printable(reason.slice(0, LONGEST_REASON))})`;
  switch (action) {
    case 'promote':
      return `promoted by ${commandOf(user)}`;
    case 'abort':
      return `aborted by ${commandOf(user)}`;
    case 'revert':
      return `reverted by ${commandOf(user)}`;
    case 'bypass':
      return `by bypass of ${userWords(user)}${said}`;
    case 'rollback':
      return `taken back by hook ${hook ?? ''}`;
  }
}

/** What a user decided by command. @param now milliseconds since the epoch */
export const decisionOf = (action: DecidedBy['action'], user: string | undefined, now: number): DecidedBy => ({
  action,
  at: time(now),
  ...(user !== undefined && { user }),
});

/** Who let a revision past the gate, as the bypass says that stands there; undefined without one. */
export function bypassDecision({ seen: { deployment }, now }: Omit<Situation, 'state'>): DecidedBy | undefined {
  const bypass = readBypass(deployment, now);
  switch (bypass.is) {
    case 'none':
    case 'spent':
      return undefined;
    case 'unstamped':
      return decisionOf('bypass', undefined, now);
    case 'inForce':
    case 'expired': {
      const { by, reason } = bypass;
      return { ...decisionOf('bypass', by, now), ...(reason !== undefined && { reason }) };
    }
  }
}
