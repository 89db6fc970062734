import { type Hold, writeHold, writeRolling } from '../../workload/hold.ts';
import type { Effect } from '../effects.ts';
import type { Releasing } from '../situation.ts';

/** The gate as the state wants it: marked, corrected, lifted, or left alone. */
export function ensureHold(s: Releasing): Effect[] {
  const { hold, deployment, revision } = s.seen;
  const { release, phase, stable } = s.state;
  if (hold.state !== 'held') return [];
  const keepPaused = hold.hold.userPaused === true;
  if (phase === 'Promoting' && release.revert === revision && stable) {
    return [{ do: 'restoreTemplate', deployment, held: hold.raw, template: stable.template, keepPaused }];
  }
  const lifting = phase === 'Promoting' || phase === 'Stalled';
  if (release.revision !== revision || (lifting && release.path === 'canary' && hold.hold.verdict)) return [];
  const text = writeHold(wantedHold(s, hold.hold));
  if (text !== hold.raw) return [{ do: 'writeHold', deployment, held: hold.raw, text }];
  return lifting ? [liftOf(s, hold.raw, keepPaused)] : [];
}

/** The hold as the state wants it: the revision that is really there, and the verdict of a failed release. */
function wantedHold({ state: { phase, release }, seen: { revision } }: Releasing, hold: Hold) {
  const { verdict: _verdict, reason: _reason, ...rest } = hold;
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
