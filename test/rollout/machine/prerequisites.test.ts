import t from 'tap';
import type { ObjectChange } from '../../../src/rollout/object-change.ts';
import { DESTINATION_RULES } from '../../../src/traffic/istio/kinds.ts';
import { canary, deployment, held, release, rule, state } from '../../build.ts';
import { after, effects, expect, live, progressing, route } from './decided.ts';

const created: ObjectChange = { do: 'create', kind: DESTINATION_RULES, object: rule('podinfo-canary') };
const deleted: ObjectChange = { do: 'delete', kind: DESTINATION_RULES, object: rule() };
const prerequisites = [created, deleted];

t.same(
  after(state('Initialized'), { prerequisites }).effects,
  [
    { do: 'changeTraffic', change: created },
    { do: 'changeTraffic', change: deleted },
  ],
  'they are wanted without a release too, as the provider says',
);

const ready = { deployment: deployment('2.0', held()), canary: canary('2.0', 1), route: route(0) };
const rising = progressing({ weight: 20, ready: 1 });
const failing = state('Finalising', { release: release('2.0', { outcome: 'failed' }) });
expect({
  'the canary gets no traffic before they stand': [
    after(rising, { ...ready, prerequisites }),
    { phase: 'Progressing', effects: ['changeTraffic', 'changeTraffic'] },
  ],
  'and then it does': [after(rising, ready), { phase: 'Progressing', effects: ['setRoute'] }],
  'one that the API server refuses fails the release': [
    after(rising, { ...ready, prerequisites, refused: 'POST …: 422 Invalid: no such mode' }),
    { phase: 'Finalising', facts: ['CanaryRefused'], release: { outcome: 'failed' } },
  ],
});
t.ok(
  effects(after(failing, { ...live, prerequisites })).includes('setRoute'),
  'traffic goes back without waiting for them',
);
