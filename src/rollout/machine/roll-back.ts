import type { DecidedBy } from './commands/decided-by.ts';
import type { Reason } from './facts.ts';
import { fact } from './facts.ts';
import { displayName, enterPhase, type Next, NO_HOOK_CALLS, type Releasing, type Situation } from './situation.ts';
import { type Release, ROLLING_OUT, time } from './state.ts';

/*
 * A release that fails once its gate is open cannot be kept out any more: some pods run it. The way back is a roll-out too:
 *
 *   Promoting    the stable template takes the place of the failed one, and Kubernetes rolls the Deployment back; the canary,
 *                while it can serve, keeps the traffic that it has
 *   Finalising   all pods run the stable revision: the failed template is held again, with its verdict; traffic goes back
 *   Failed       as after any other failure
 */

export const isRollingBack = (release: Release | undefined): boolean => release?.rolledBack !== undefined;

/** Why a promotion cannot be taken back; undefined if it can. */
export function rollBackRefusal({ state: { stable, release, phase } }: Situation): string | undefined {
  if (isRollingBack(release)) return 'it rolls back already';
  if (release?.path !== 'canary')
    return `no canary was before this roll-out (phase ${phase}); apply the version that should run`;
  return stable === undefined ? 'the running version is not known' : undefined;
}

/** Whether the release rolls out, so that a failure rolls it back. */
export const isRollingOut = ({ state: { phase }, seen: { hold } }: Situation): boolean =>
  ROLLING_OUT.has(phase) && hold.state === 'open';

/** Ends a release in mid-promotion. Traffic stays where it is until the Deployment has rolled back. */
export function rollBack(s: Releasing, reason: Reason, message: string, decidedBy?: DecidedBy): Next {
  const { release, stable } = s.state;
  const text = `${displayName(s)} ${release.revision} ${message}; the Deployment rolls back to ${stable?.revision ?? 'the version before'}`;
  const next = enterPhase(
    s,
    'Promoting',
    {
      ...NO_HOOK_CALLS,
      checkAt: undefined,
      refusal: undefined,
      outcome: 'failed',
      reason,
      message,
      rolledBack: s.seen.deployment.spec.template,
      ...(decidedBy !== undefined && { decidedBy }),
    },
    fact(reason, text, release.revision),
  );
  return { ...next, state: { ...next.state, since: time(s.now) } };
}
