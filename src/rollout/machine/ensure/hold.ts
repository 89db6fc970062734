import { type Hold, writeHold, writeRolling } from '../../workload/hold.ts';
import type { Stable } from '../../workload/stable.ts';
import type { Effect } from '../effects.ts';
import { isRollingBack } from '../roll-back.ts';
import type { Releasing } from '../situation.ts';
import { ROLLING_OUT } from '../state.ts';

/** The gate as the state wants it: marked, corrected, lifted, or left alone. */
export function ensureHold(s: Releasing): Effect[] {
  const { hold, deployment, revision } = s.seen;
  const { release, phase, stable } = s.state;
  if (isRollingBack(release)) return ensureWayBack(s);
  if (hold.state !== 'held') return [];
  const keepPaused = hold.hold.userPaused === true;
  if (phase === 'Promoting' && release.revert === revision && stable) {
    return [{ do: 'restoreTemplate', deployment, held: hold.raw, template: stable.template, keepPaused }];
  }
  const lifting = ROLLING_OUT.has(phase);
  if (release.revision !== revision || (lifting && release.path === 'canary' && hold.hold.verdict)) return [];
  const text = writeHold(wantedHold(s, hold.hold));
  if (text !== hold.raw) return [{ do: 'writeHold', deployment, held: hold.raw, text }];
  return lifting ? [liftOf(s, hold.raw, keepPaused)] : [];
}

/** The stable template takes the place of the failed one, until its pods run; then the failed one is held, with its verdict. */
function ensureWayBack(s: Releasing): Effect[] {
  const { hold, deployment, revision } = s.seen;
  const { release, phase, stable } = s.state;
  if (stable === undefined || release.rolledBack === undefined) return [];
  if (ROLLING_OUT.has(phase)) return revision === release.revision ? [backTo(s, stable)] : [];
  const text = writeHold(wantedHold(s, { revision: release.revision, by: release.requestedBy }));
  if (hold.state === 'held' && revision === release.revision)
    return hold.raw === text ? [] : [{ do: 'writeHold', deployment, held: hold.raw, text }];
  return hold.state === 'open' && revision === stable.revision
    ? [{ do: 'holdAgain', deployment, template: release.rolledBack, text }]
    : [];
}

/** Whoever applied the failed revision again meanwhile has had it held. */
function backTo({ seen: { hold, deployment } }: Releasing, { template }: Stable): Effect {
  if (hold.state !== 'held') return { do: 'rollBack', deployment, template };
  return { do: 'restoreTemplate', deployment, held: hold.raw, template, keepPaused: false };
}

/** The hold as the state wants it: the revision that is really there, and the verdict of a failed release. */
function wantedHold({ state: { phase, release }, seen }: Releasing, hold: Hold) {
  const { verdict: _verdict, reason: _reason, ...rest } = hold;
  const revision = isRollingBack(release) ? release.revision : seen.revision;
  const failed = release.outcome === 'failed' && (phase === 'Finalising' || phase === 'Failed');
  return { ...rest, revision, ...(failed && { verdict: 'failed' as const, reason: release.message ?? 'failed' }) };
}

function liftOf(
  { state: { stable, release }, seen: { deployment } }: Releasing,
  held: string,
  keepPaused: boolean,
): Effect {
  const moves = stable !== undefined && stable.revision !== release.revision;
  const rolling = moves ? { rolling: writeRolling({ from: stable.revision, to: release.revision }) } : {};
  return { do: 'liftHold', deployment, held, keepPaused, ...rolling };
}
