import { isBypassOpen, readBypass } from '../../workload/bypass.ts';
import { askHooks, hooksOf } from '../ask-hooks.ts';
import type { HookCall } from '../calls.ts';
import { isCanaryReady, isDrained, isScaledDown } from '../canary-pods.ts';
import { decidedWords } from '../commands/decided-by.ts';
import { type Fact, fact } from '../facts.ts';
import { isRollingBack } from '../roll-back.ts';
import {
  atWeightFor,
  displayName,
  enterPhase,
  type Next,
  type Releasing,
  stay,
  updateRelease,
  withoutTraffic,
} from '../situation.ts';
import { isKnown } from '../sources.ts';
import { type ReleasePath, time } from '../state.ts';
import { POST_ROLLOUT } from './ended.ts';
import { canTakeAll, nextWeightBack } from './promoting.ts';

/** Traffic back to the Deployment, then the canary to zero; the end is only told once both were seen. */
export function finalising(s: Releasing): Next {
  const { route } = s.seen;
  const { release } = s.state;
  if (route !== undefined && route.weight !== release.weight) return stay(s);
  if (release.weight > 0) return stepBack(s);
  if (!isDrained(s) || !isScaledDown(s.seen.canary) || !isMarked(s) || !isTidy(s)) return stay(s);
  return end(s);
}

/** All at once if the Deployment has the size for it, or the canary is no more ready; else the next weight in an interval. */
function stepBack(s: Releasing): Next {
  if (canTakeAll(s) || !isCanaryReady(s)) return updateRelease(s, withoutTraffic(s.state.release));
  if (s.state.release.weightSince === undefined) return updateRelease(s, { weightSince: time(s.now) });
  return atWeightFor(s, s.spec.analysis.intervalMs) ? updateRelease(s, nextWeightBack(s)) : stay(s);
}

/** A failed release ends only when its hold has the verdict, so that no worker with an older state can promote it. */
function isMarked({ seen, state: { release } }: Releasing): boolean {
  const { hold } = seen;
  if (!isKnown(seen, 'deployment') || (isRollingBack(release) && hold.state === 'open')) return false;
  if (release.outcome !== 'failed' || hold.state !== 'held') return true;
  return hold.hold.verdict !== undefined || hold.hold.revision !== release.revision;
}

/** Whether the bypass of a roll-out past the gate is removed, so that the next change does not ship by it too. */
const isTidy = ({ seen: { deployment, hold }, state: { release }, now }: Releasing): boolean =>
  hold.state !== 'open' || release.path !== 'outside' || !isBypassOpen(readBypass(deployment, now));

function end(s: Releasing): Next {
  const { release } = s.state;
  if (release.outcome === 'failed') {
    const message = `Rolling back ${displayName(s)}: canary scaled to zero, ${release.revision} ${release.message ?? 'failed'}`;
    return enterPhase(
      s,
      'Failed',
      { ...postRolloutCalls(s), rolledBack: undefined },
      fact('RolledBack', message, release.revision),
    );
  }
  const told = ENDINGS[release.path](s);
  return release.path === 'withdrawn'
    ? enterPhase(s, 'Initialized', {}, told)
    : enterPhase(s, 'Succeeded', postRolloutCalls(s), told);
}

/**
 * Questions to hooks of type post-rollout are committed together with the end: none is lost by a crash in between, and a
 * hook that is added later is not asked about a release that was over.
 */
const postRolloutCalls = (s: Releasing): { calls: HookCall[] | undefined } => {
  const { calls } = askHooks(s, hooksOf(s.spec, 'post-rollout'), POST_ROLLOUT);
  return { calls: calls.length > 0 ? calls : undefined };
};

const ENDINGS: Record<ReleasePath, (s: Releasing) => Fact> = {
  canary: (s) => told(s, 'Promoted', 'Promotion completed! Scaling down'),
  unprotected: (s) => told(s, 'Promoted', 'Roll-out completed without a canary:'),
  withdrawn: (s) => told(s, 'Withdrawn', 'Back on the running version:'),
  wayBack: (s) => told(s, 'WayBack', 'Back on the version before:'),
  outside: (s) => told(s, 'Promoted', 'Roll-out outside the gate completed:'),
};

function told(s: Releasing, reason: Fact['reason'], words: string): Fact {
  const { revision, decidedBy } = s.state.release;
  const who = decidedBy === undefined ? '' : `, ${decidedWords(decidedBy)}`;
  return fact(reason, `${words} ${displayName(s)} ${revision}${who}`, revision);
}
