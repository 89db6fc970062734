import t from 'tap';
import { ROLE } from '../../../src/rollout/keys.ts';
import type { TrafficWish } from '../../../src/rollout/machine/traffic.ts';
import { ruleChanges, usersRules } from '../../../src/traffic/istio/destination-rules.ts';
import type { DestinationRule } from '../../../src/traffic/istio/reach/objects.ts';
import { rule, trafficWishOf } from '../../build.ts';

const named = (name: string, host: string, born = '2030-01-01T00:00:00Z', labels = {}): DestinationRule =>
  rule(host, ({ metadata }) => Object.assign(metadata, { name, creationTimestamp: born, labels }));

const cases: Record<string, [rules: DestinationRule[], stable: string | undefined, canary: string | undefined]> = {
  'there are none': [[], undefined, undefined],
  'by its host, whatever its name': [[named('mine', 'podinfo')], 'mine', undefined],
  'by the full name of its host': [[named('mine', 'podinfo.prod.svc.cluster.local')], 'mine', undefined],
  'the canary’s': [[named('mine', 'podinfo-canary.prod.svc.cluster.local')], undefined, 'mine'],
  'not one of the name for another host': [[named('podinfo', 'redis')], undefined, undefined],
  'not one for the host of that name elsewhere': [[named('podinfo', 'podinfo.test.svc')], undefined, undefined],
  'not Headgate’s own': [
    [named('podinfo', 'podinfo', undefined, { [ROLE]: 'destination-rule' })],
    undefined,
    undefined,
  ],
  'the oldest of several': [
    [
      named('b', 'podinfo', '2030-01-02T00:00:00Z'),
      named('c', 'podinfo.prod.svc.cluster.local', '2030-01-01T00:00:00Z'),
    ],
    'c',
    undefined,
  ],
};

for (const [claim, [rules, stable, canary]] of Object.entries(cases)) {
  const found = usersRules(rules, trafficWishOf());
  t.same([found.stable?.metadata.name, found.canary?.metadata.name], [stable, canary], claim);
}

const POLICY = { outlierDetection: { consecutive5xxErrors: 5 } };
const OTHER = { connectionPool: { tcp: { maxConnections: 9 } } };
const own = (host: string, trafficPolicy: object = POLICY): DestinationRule =>
  rule(host, ({ metadata, spec: words }) => {
    Object.assign(metadata, { labels: { [ROLE]: 'destination-rule' }, resourceVersion: '7' });
    words.trafficPolicy = trafficPolicy;
  });
const both = [own('podinfo'), own('podinfo-canary')];
const users = (host = 'podinfo', words: object = {}): DestinationRule =>
  rule(host, (object) => {
    object.metadata.name = 'mine';
    Object.assign(object.spec, words);
  });

const wish = (trafficPolicy?: Record<string, unknown>): TrafficWish =>
  trafficWishOf(trafficPolicy && { trafficPolicy });
const create = (words: object) => ({ do: 'create', object: { spec: words } });
const put = (name: string, words: object) => ({
  do: 'patch',
  object: { metadata: { name } },
  operations: [{ op: 'add', path: '/spec', value: words }],
});
const remove = (name: string) => ({ do: 'delete', object: { metadata: { name } } });

const changes: Record<
  string,
  [rules: DestinationRule[], policy: Record<string, unknown> | undefined, wanted: object[]]
> = {
  'without a policy there are no rules': [[], undefined, []],
  'a policy makes a rule for each host': [
    [],
    POLICY,
    [create({ host: 'podinfo', trafficPolicy: POLICY }), create({ host: 'podinfo-canary', trafficPolicy: POLICY })],
  ],
  'rules that are as wanted are left alone': [both, POLICY, []],
  'one that was edited is put right': [
    [own('podinfo'), own('podinfo-canary', OTHER)],
    POLICY,
    [put('podinfo-canary', { host: 'podinfo-canary', trafficPolicy: POLICY })],
  ],
  'they go with the policy': [both, undefined, [remove('podinfo'), remove('podinfo-canary')]],
  "a user's rule is copied for the canary's host": [
    [users()],
    undefined,
    [create({ host: 'podinfo-canary', trafficPolicy: POLICY })],
  ],
  'with who it holds for, and without its subsets': [
    [users('podinfo.prod.svc.cluster.local', { exportTo: ['.'], subsets: [{ name: 'a', labels: { a: 'b' } }] })],
    undefined,
    [create({ host: 'podinfo-canary', trafficPolicy: POLICY, exportTo: ['.'] })],
  ],
  'one that only has subsets says nothing of the canary': [
    [users('podinfo', { trafficPolicy: undefined, subsets: [{ name: 'a' }] })],
    undefined,
    [],
  ],
  "a user's rule counts before the policy of the settings": [
    [users('podinfo', { trafficPolicy: OTHER })],
    POLICY,
    [create({ host: 'podinfo-canary', trafficPolicy: OTHER })],
  ],
  "a user's rule takes the place of one of Headgate's": [[...both, users()], POLICY, [remove('podinfo')]],
  "a user's rule for the canary's host is left to them": [
    [users('podinfo-canary')],
    POLICY,
    [create({ host: 'podinfo', trafficPolicy: POLICY })],
  ],
};
for (const [claim, [rules, policy, wanted]] of Object.entries(changes)) {
  const found = ruleChanges(rules, wish(policy));
  t.equal(found.length, wanted.length, claim);
  t.match(found, wanted, claim);
}
t.match(
  ruleChanges([], wish(POLICY)),
  [
    { object: { metadata: { name: 'podinfo', labels: { [ROLE]: 'destination-rule' } } } },
    { object: { metadata: { name: 'podinfo-canary', ownerReferences: [{ uid: 'uid-podinfo' }] } } },
  ],
  'they are labelled and owned',
);
