import t from 'tap';
import { type Decision, decide } from '../../../src/rollout/machine/decide.ts';
import type { Observation } from '../../../src/rollout/machine/observation.ts';
import type { Release, RolloutState } from '../../../src/rollout/machine/state.ts';
import type { RolloutSpec } from '../../../src/rollout/spec/spec-types.ts';
import {
  at,
  canary,
  deployment,
  held,
  LABEL,
  observation,
  release,
  replicaSet,
  SELF,
  START,
  spec,
  state,
} from '../../build.ts';

/** What is decided ten seconds after the start. */
export const after = (
  given: RolloutState | undefined,
  seen: Partial<Observation>,
  wanted: RolloutSpec = spec(),
): Decision => {
  const owner = seen.deployment ?? deployment();
  const replicaSets = [replicaSet(owner, '1.0', 4)];
  return decide({
    ...{ state: given, seen: observation({ replicaSets, ...seen }), spec: wanted },
    ...{ now: START + 10_000, settleMs: 3_000, scrapeMs: 1_000, label: LABEL, ...SELF },
  });
};

export const route = (weight: number | undefined) => ({ weight, version: '1', stale: false });
export const effects = ({ effects: found }: Decision): string[] => found.map((effect) => effect.do);
const reasons = ({ facts }: Decision): string[] => facts.map(({ reason }) => reason);

export const failed = { verdict: 'failed', reason: 'failed 2 checks' } as const;
export const serving: Partial<Release> = { weight: 20, weightSince: at(0), checkAt: at(10), ready: 1 };
export const progressing = (more: Partial<Release> = serving) =>
  state('Progressing', { release: release('2.0', more) });
export const live = { deployment: deployment('2.0', held()), canary: canary('2.0', 1), route: route(20) };
export interface Expected {
  phase: RolloutState['phase'];
  effects?: string[];
  facts?: string[];
  release?: Partial<Release>;
}

/** Each row: a claim, what was decided, and what of it matters; effects and facts exactly, where they are given. */
export function expect(table: Record<string, [Decision, Expected]>): void {
  for (const [claim, [decision, { phase, effects: wanted, facts, release: part = {} }]] of Object.entries(table)) {
    t.equal(decision.state.phase, phase, claim);
    if (wanted) t.same(effects(decision), wanted, `${claim}: effects`);
    if (facts) t.same(reasons(decision), facts, `${claim}: facts`);
    t.match(decision.state.release ?? {}, part, `${claim}: release`);
  }
}
