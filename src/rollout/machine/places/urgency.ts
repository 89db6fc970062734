import type { HoldReading } from '../../workload/hold.ts';
import type { RolloutState } from '../state.ts';

/** What a look at a Deployment is for, the most urgent first: where more wait than can be worked on, they are taken in this order. */
export const URGENCIES = ['traffic', 'weight', 'start'] as const;
export type Urgency = (typeof URGENCIES)[number];

/**
 * What the next look is for, as far as hold and record tell. Whatever has to do with traffic that a canary has, with a gate that is
 * open, or with a way back, is `traffic`; a canary that gets ready for its first is `weight`; what can only begin is `start`.
 */
export function urgencyOf(hold: HoldReading, state: RolloutState | undefined): Urgency {
  if (state === undefined) return 'start';
  const { phase, release, stable, previous } = state;
  if (hold.state !== 'held' || (release?.weight ?? 0) > 0) return 'traffic';
  const { revision } = hold.hold;
  if (revision === release?.revision) return BEFORE_TRAFFIC[phase] ?? 'traffic';
  return revision === stable?.revision || revision === previous?.revision ? 'traffic' : 'start';
}

const BEFORE_TRAFFIC: Partial<Record<RolloutState['phase'], Urgency>> = { Waiting: 'start', Progressing: 'weight' };
