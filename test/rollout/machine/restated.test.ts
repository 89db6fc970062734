import t from 'tap';
import type { PodTemplate } from '../../../src/rollout/kube.ts';
import { needsRestating } from '../../../src/rollout/machine/observation-needs.ts';
import type { RolloutState } from '../../../src/rollout/machine/state.ts';
import { revisionOf } from '../../../src/rollout/workload/template.ts';
import { deployment, held, observation, replicaSet, stable, state, template } from '../../build.ts';
import { after, expect, live, progressing, route } from './decided.ts';

/** What a newer API server makes of a template: one more default. */
const defaulted = ({ spec, ...rest }: PodTemplate): PodTemplate => ({
  ...rest,
  spec: { ...spec, newDefault: 'Always' },
});
const restated = defaulted(template('1.0'));
const owner = deployment('1.0', (object) => (object.spec.template = restated));
const set = replicaSet(owner, '1.0', 4, (object) => (object.spec.template = defaulted(object.spec.template)));
const mid = { ...live, replicaSets: [set] };
const foreign = replicaSet(live.deployment, '9.9', 0);
const known = { ...stable(), revision: revisionOf(restated), template: restated };
const stableOf = ({ state: found }: ReturnType<typeof after>) => found.stable;

const idle = after(state('Succeeded'), { deployment: owner, revision: revisionOf(restated), restated });
const held2 = after(progressing(), { ...mid, restated });
expect({
  'a default that the API server has learnt is no other revision': [
    idle,
    { phase: 'Succeeded', effects: [], facts: [] },
  ],
  'nor a reason to make the stable ReplicaSet again': [held2, { phase: 'Progressing', effects: [], facts: [] }],
  'without a word of the API server nothing is made either': [
    after(progressing(), { ...mid, unknown: [{ source: 'replicaSets', why: 'x' }] }),
    { phase: 'Progressing', effects: [], facts: [] },
  ],
  'one that is gone is made again, as the API server has it': [
    after(progressing(), { ...live, replicaSets: [foreign], route: route(20), restated }),
    { phase: 'Progressing', effects: ['createReplicaSet'], facts: ['StableRestored'] },
  ],
  'another template is another revision': [
    after(state('Succeeded'), { deployment: deployment('2.0'), restated: template('1.0') }),
    { phase: 'Promoting', facts: ['WentAround'] },
  ],
});
t.same(stableOf(idle), known, 'the record follows');
t.same(stableOf(held2), known, 'in mid-release too');

const NEEDS: Record<string, [RolloutState | undefined, Parameters<typeof observation>[0], boolean]> = {
  'not at the first look': [undefined, { deployment: deployment('2.0') }, false],
  'not while the record is what runs': [state('Succeeded'), {}, false],
  'when another template stands there, which nobody held': [
    state('Succeeded'),
    { deployment: deployment('2.0') },
    true,
  ],
  'not while one rolls out': [state('Promoting'), { deployment: deployment('2.0') }, false],
  'not while a set runs the record': [
    progressing(),
    { ...live, replicaSets: [replicaSet(live.deployment, '1.0', 4)] },
    false,
  ],
  'when none does': [progressing(), { ...live, replicaSets: [foreign] }, true],
  'not where none could be read': [progressing(), live, false],
  'when the one that does is that of another Deployment': [
    progressing(),
    {
      deployment: deployment('2.0', held()),
      replicaSets: [
        replicaSet(
          deployment('1.0', ({ metadata }) => (metadata.uid = 'x')),
          '1.0',
          4,
        ),
      ],
    },
    true,
  ],
};
for (const [claim, [given, seen, wanted]] of Object.entries(NEEDS))
  t.equal(needsRestating(given, observation(seen)), wanted, claim);
