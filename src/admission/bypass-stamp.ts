import { BYPASS, BYPASS_AT, BYPASS_BY, BYPASS_SPENT } from '../rollout/keys.ts';
import type { Deployment } from '../rollout/kube.ts';
import { time } from '../rollout/machine/state.ts';
import { recordedUser } from '../rollout/user-name.ts';
import { beganAt, isSpent, SKEW_MS, withSpent } from '../rollout/workload/bypass.ts';

type Texts = Record<string, string>;

/** What Headgate keeps beside a bypass: who wrote it and when, and which texts do not count again. */
export const BYPASS_STATE = [BYPASS_BY, BYPASS_AT, BYPASS_SPENT] as const;

interface Stamping {
  old: Deployment;
  sent: Deployment;
  user: string;
  now: number;
  wasIn: boolean;
  isIn: boolean;
}

/**
 * Headgate's annotations beside the bypass that is stored. A new text gets the user and the time; the same text keeps what it
 * has, also nothing. One that stands there when the Deployment is enrolled never counts.
 * @param text of the bypass; undefined: none is stored
 */
export function bypassState(change: Stamping, text: string | undefined): Texts {
  if (!change.isIn) return {};
  const { old, sent, wasIn } = change;
  const spent = wasIn ? old.metadata.annotations?.[BYPASS_SPENT] : broughtSpent(sent);
  const isNew = !wasIn || text !== old.metadata.annotations?.[BYPASS];
  const counts = text !== undefined && !isSpent(text, spent);
  return {
    ...(counts && (isNew ? newStamp(change) : stampOf(old))),
    ...(spent !== undefined && { [BYPASS_SPENT]: spent }),
  };
}

/** The texts that do not count where a Deployment is created, or enrolled: what it brings. Undefined for none. */
export function broughtSpent({ metadata: { annotations = {} } }: Deployment): string | undefined {
  const { [BYPASS]: text, [BYPASS_SPENT]: before } = annotations;
  const spent = withSpent(text ?? '', before);
  return spent === '' ? undefined : spent;
}

function stampOf({ metadata: { annotations = {} } }: Deployment): Texts {
  const { [BYPASS_BY]: by, [BYPASS_AT]: at } = annotations;
  return { ...(by !== undefined && { [BYPASS_BY]: by }), ...(at !== undefined && { [BYPASS_AT]: at }) };
}

/** A stamp of this user and this moment is from an earlier round of the same request, and stays. */
function newStamp({ sent: { metadata }, user, now }: Stamping): Texts {
  const by = recordedUser(user);
  const at = beganAt(metadata.annotations);
  const isOurs = metadata.annotations?.[BYPASS_BY] === by && Math.abs(now - at) <= SKEW_MS;
  return { [BYPASS_BY]: by, [BYPASS_AT]: time(isOurs ? at : now) };
}
