import t from 'tap';
import type { Pod } from '../../../src/rollout/kube.ts';
import type { Observation } from '../../../src/rollout/machine/observation.ts';
import { configPinned } from '../../../src/rollout/machine/pins/config-pinned.ts';
import { needsStablePods, withStablePods } from '../../../src/rollout/machine/pins/stable-pods.ts';
import type { Situation } from '../../../src/rollout/machine/situation.ts';
import type { RolloutState } from '../../../src/rollout/machine/state.ts';
import { stateOf, statusOf } from '../../../src/rollout/machine/status.ts';
import { withPins } from '../../../src/rollout/pins/pins.ts';
import { counts, deployment, observation, SELF, START, spec, stable, state, status } from '../../build.ts';

const PINS = 'configmap/app=app-1';
const containers = (name: string) => [{ name: 'podinfo', envFrom: [{ configMapRef: { name } }] }];
const referring = deployment('1.0', (object) => {
  object.spec.template.spec.containers = containers('app');
});
const pinned = (more: Partial<RolloutState> = {}, pins = PINS): RolloutState =>
  state('Succeeded', { stable: { ...stable(), template: withPins(referring.spec.template, pins) }, ...more });
const pod = (name: string, of: string, more: object = {}): Pod => ({
  metadata: { name, annotations: { 'headgate.dev/config': PINS }, ...more },
  spec: { containers: containers(of) },
});
const situation = (given: RolloutState, more: Partial<Observation> = {}): Situation => ({
  ...{ spec: spec(), now: START, settleMs: 0, scrapeMs: 0, label: 'app', ...SELF },
  state: given,
  seen: { ...observation(), deployment: referring, config: { kinds: ['configmap'], snapshots: [] }, ...more },
});
const found = (given: RolloutState, stablePods?: Pod[]) =>
  withStablePods(situation(given, stablePods && { stablePods })).state.unpinnedPods;

t.test('pods are looked at once all are there', async (t) => {
  const of = (given: RolloutState | undefined, more: Partial<Observation> = {}) =>
    needsStablePods(given, { ...observation(), ...more });
  const starting = deployment('1.0', status(counts(4, { availableReplicas: 3 })));
  t.equal(of(pinned()), true);
  t.equal(of(pinned(), { deployment: starting }), false, 'not while some are still starting');
  t.equal(of(pinned({ phase: 'Progressing' })), true, 'while a canary is analysed too');
  t.equal(of(pinned({ phase: 'Promoting' })), false, 'not while they make room for others');
  t.equal(of(pinned({}, '')), false, 'not where nothing is pinned');
  t.equal(of(undefined), false, 'nor before it is known what runs');
});

t.test('those that run on other content are counted', async (t) => {
  const unpinned = { count: 1, names: ['b'] };
  t.same(found(pinned(), [pod('a', 'app-1'), pod('b', 'app')]), unpinned);
  t.same(found(pinned(), [pod('a', 'app-1')]), undefined);
  t.same(found(pinned(), [pod('a', 'app', { deletionTimestamp: 'now' })]), undefined, 'but not one that goes');
  t.same(found(pinned(), [pod('a', 'app', { annotations: {} })]), undefined, 'nor one of an earlier revision');
  t.same(found(pinned({ unpinnedPods: unpinned })), unpinned, 'what is not read stays as it was found');
  t.same(found(pinned({ unpinnedPods: unpinned }), []), undefined, 'and is over when others run');
  t.same(found(pinned({ unpinnedPods: unpinned }, '')), undefined, 'or when nothing is pinned any more');
  const many = Array.from({ length: 30 }, (_, index) => pod(`p${index}`, 'app'));
  t.match(found(pinned(), many), { count: 30 });
  t.equal(found(pinned(), many)?.names.length, 10, 'a status stays small');
});

t.test('the condition says how many, and what to do', async (t) => {
  const said = (unpinnedPods: RolloutState['unpinnedPods']) =>
    configPinned(situation(pinned()).seen, pinned(unpinnedPods && { unpinnedPods }), spec());
  t.match(said(undefined), { holds: true, reason: 'Pinned' });
  const one = said({ count: 1, names: ['a'] });
  t.match(one, { holds: false, reason: 'PodsUnpinned' });
  t.match(one?.message, /^1 pod of the running version runs on .* delete it, .*: kubectl delete pod -n prod a$/);
  t.match(said({ count: 3, names: ['a', 'b'] })?.message, /^3 pods .* delete them and 1 more, .* -n prod a b$/);
});

t.test('it is remembered', async (t) => {
  const given = pinned({ unpinnedPods: { count: 1, names: ['a'] } });
  const written = statusOf({
    state: given,
    spec: spec(),
    route: undefined,
    stopsPodsFirst: false,
    generation: 1,
    before: undefined,
  });
  t.same(stateOf(written)?.unpinnedPods, given.unpinnedPods);
});
