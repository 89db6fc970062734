import t from 'tap';
import { floorOf } from '../../../src/rollout/machine/floor.ts';
import { PHASES, type Phase } from '../../../src/rollout/machine/state.ts';
import { refusedStatus, stateOf, statusOf } from '../../../src/rollout/machine/status.ts';
import { at, release, spec, state } from '../../build.ts';

const KEPT: readonly Phase[] = ['Progressing', 'Paused', 'Promoting', 'Stalled', 'Finalising'];

const six = release('2.0', { stableReplicas: 6 });

for (const phase of PHASES) {
  const floor = KEPT.includes(phase) ? 6 : undefined;
  t.equal(floorOf(state(phase, { release: six })), floor, `${phase}: ${floor ?? 'none'}`);
}

t.equal(floorOf(state('Progressing')), undefined, 'none without a release');
t.equal(
  floorOf(state('Progressing', { release: release('2.0', { stableReplicas: 0 }) })),
  undefined,
  'none for a Deployment without pods',
);

t.test('it stands in the status, and only there', async (t) => {
  const given = state('Progressing', { release: six });
  const view = { spec: spec(), route: undefined, stopsPodsFirst: false, generation: 1, before: undefined };
  const status = statusOf({ state: given, ...view });
  t.equal(status.floor, 6);
  t.same(stateOf(status), given, 'it is no part of what is remembered');
  const refused = refusedStatus({ before: status, generation: 1, reason: 'X', message: 'x', at: at(0) });
  t.equal(refused.floor, undefined, 'a Deployment that is not enrolled any more has none');
});
