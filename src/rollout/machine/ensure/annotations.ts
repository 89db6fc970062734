import { BYPASS, BYPASS_AT, BYPASS_BY, BYPASS_SPENT, ROLLING } from '../../keys.ts';
import { readBypass, withSpent } from '../../workload/bypass.ts';
import type { Effect } from '../effects.ts';
import { isRollingBack } from '../roll-back.ts';
import type { Situation } from '../situation.ts';
import { ROLLING_OUT, time } from '../state.ts';

type Changes = Record<string, string | undefined>;

/** Headgate's own annotations beside the hold, as the state and the time want them: in one write. */
export function ensureAnnotations(s: Situation): Effect[] {
  const { deployment } = s.seen;
  const annotations = { ...withoutRolling(s), ...bypassChanges(s) };
  return Object.keys(annotations).length > 0 ? [{ do: 'annotate', deployment, annotations }] : [];
}

/** `rolling` goes once that is over. */
function withoutRolling({ state: { phase, release }, seen: { deployment, hold } }: Situation): Changes {
  const isOver = release !== undefined && hold.state === 'open' && !ROLLING_OUT.has(phase) && !isRollingBack(release);
  return isOver && deployment.metadata.annotations?.[ROLLING] !== undefined ? { [ROLLING]: undefined } : {};
}

/** A bypass that was written past the webhook gets its time; one that was used, or whose time is over, goes for good. */
function bypassChanges(s: Situation): Changes {
  const { deployment } = s.seen;
  const bypass = readBypass(deployment, s.now);
  switch (bypass.is) {
    case 'none':
    case 'spent':
      return {};
    case 'unstamped':
      return isUsed(s) ? spend(s, bypass.text) : { [BYPASS_AT]: time(s.now) };
    case 'inForce':
      return isUsed(s) ? spend(s, bypass.text) : {};
    case 'expired':
      return spend(s, bypass.text);
  }
}

/** A roll-out past the gate has succeeded. What came through the gate has used no bypass. */
const isUsed = ({ state: { phase, release }, seen: { hold } }: Situation): boolean =>
  hold.state === 'open' && phase === 'Finalising' && release?.outcome === 'succeeded' && release.path === 'outside';

function spend({ seen: { deployment } }: Situation, text: string): Changes {
  const { annotations = {} } = deployment.metadata;
  const gone = [BYPASS, BYPASS_BY, BYPASS_AT].filter((key) => annotations[key] !== undefined);
  return {
    ...Object.fromEntries(gone.map((key) => [key, undefined])),
    [BYPASS_SPENT]: withSpent(text, annotations[BYPASS_SPENT]),
  };
}
