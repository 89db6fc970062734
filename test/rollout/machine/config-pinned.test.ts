import t from 'tap';
import type { Container, Pod } from '../../../src/rollout/kube.ts';
import type { Observation } from '../../../src/rollout/machine/observation.ts';
import { configPinned } from '../../../src/rollout/machine/pins/config-pinned.ts';
import type { Releasing } from '../../../src/rollout/machine/situation.ts';
import { canaryTrouble } from '../../../src/rollout/machine/troubles/trouble.ts';
import { unpinnedPod, unreadPods } from '../../../src/rollout/machine/troubles/unpinned-pods.ts';
import { withPins } from '../../../src/rollout/pins/pins.ts';
import { canary, deployment, observation, release, SELF, START, spec, stable, state } from '../../build.ts';

const PINS = 'configmap/app=app-1';
const from = (name: string): Partial<Container> => ({ envFrom: [{ configMapRef: { name } }] });
const referring = deployment('1.0', (object) => {
  object.spec.template.spec.containers = [{ name: 'podinfo', ...from('app') }];
});
const seen = (more: Partial<Observation> = {}): Observation => ({
  ...observation(),
  deployment: referring,
  config: { kinds: ['configmap'], snapshots: [] },
  ...more,
});
const running = (pins = '') =>
  state('Succeeded', { stable: { ...stable(), template: withPins(referring.spec.template, pins) } });
const source = { kind: 'configmap', name: 'app', optional: false, snapshot: undefined } as const;

t.match(configPinned(seen(), running(), spec()), { holds: false, reason: 'NotPinned' });
t.match(configPinned(seen(), running(PINS), spec()), {
  holds: true,
  reason: 'Pinned',
  message: 'configmap/app is app-1',
});
const gone = seen({ config: { kinds: ['configmap'], snapshots: [], sources: [source] } });
t.match(configPinned(gone, running(PINS), spec())?.message, 'There is no configmap/app any more');
const refused = configPinned(seen({ unpinnable: 'quota' }), running(PINS), spec());
t.match(refused, { holds: false, reason: 'SnapshotRefused', message: 'quota' });
t.equal(configPinned(observation(), running(), spec()), undefined, 'nothing is tracked');
t.equal(configPinned(seen(), running(), { configTracking: false }), undefined, 'nor for this one');
t.equal(
  configPinned(seen({ config: { kinds: ['secret'], snapshots: [] } }), running(), spec()),
  undefined,
  'other kinds',
);
t.equal(
  configPinned({ ...seen(), deployment: deployment() }, state('Initialized'), spec()),
  undefined,
  'no references',
);

const pod = (name: string, pins = PINS): Pod => ({
  metadata: { name: 'podinfo-canary-x', annotations: { 'headgate.dev/config': pins } },
  spec: { containers: [{ name: 'podinfo', ...from(name) }] },
});
const pinnedCanary = (pins = PINS) =>
  canary('2.0', 1, (object) => (object.spec.template = withPins(object.spec.template, pins)));
const judged = (pods: Pod[], pins = PINS) => unpinnedPod({ canary: pinnedCanary(pins), pods });
t.equal(judged([pod('app-1')]), undefined, 'a pod with the names of its snapshots gets traffic');
t.match(judged([pod('app-1'), pod('app')]), 'podinfo-canary-x');
t.equal(judged([pod('app', '')], ''), undefined, 'where nothing is pinned there is nothing to find out');
t.equal(judged([pod('other')]), undefined, 'nor about what is not');
t.equal(judged([pod('app', '')]), undefined, 'nor about a pod of an earlier revision that is still leaving');
t.equal(unpinnedPod({ canary: pinnedCanary() }), undefined, 'pods that may not be read keep nothing');

const releasing = (more: Partial<Observation>): Releasing => ({
  ...{ spec: spec(), now: START, settleMs: 0, scrapeMs: 0, label: 'app', ...SELF },
  state: { ...state('Progressing'), release: release('2.0', { weight: 50, ready: 1, replicas: 1 }) },
  seen: seen({ canary: pinnedCanary(), ...more }),
});
t.match(canaryTrouble(releasing({ pods: [pod('app')] }))?.state, {
  phase: 'Finalising',
  release: { reason: 'ConfigUnpinned', weight: 0 },
});
const unknown = [{ source: 'pods' as const, why: 'away' }];
t.equal(unreadPods(releasing({ unknown }))?.state.phase, 'Progressing', 'while they cannot be read it waits');
t.equal(unreadPods(releasing({ unknown, canary: pinnedCanary('') })), undefined, 'but not where nothing is pinned');
t.equal(unreadPods(releasing({})), undefined);
