import t from 'tap';
import { abandonedStep, nextStep, type Step, type StepOptions } from '../../src/dismantle/next-step.ts';
import type { Remains } from '../../src/dismantle/remains.ts';
import { ADOPTED_FOR, CANARY, ENROLLED, ENROLLED_BY, ROLE, ROLLING } from '../../src/rollout/keys.ts';
import type { Deployment, KubeObject, Service } from '../../src/rollout/kube.ts';
import type { Canary } from '../../src/rollout/machine/canary.ts';
import { budgetFor } from '../../src/rollout/workload/disruption-budget.ts';
import { ownerOf } from '../../src/rollout/workload/generated.ts';
import { ADOPTED } from '../../src/traffic/istio/app-routes.ts';
import { ownRoute } from '../../src/traffic/istio/own-route.ts';
import { istio } from '../../src/traffic/istio/provider.ts';
import type { DestinationRule, VirtualService } from '../../src/traffic/istio/reach/objects.ts';
import * as make from '../build.ts';
import { to, users, weighed } from '../traffic/istio/routes.ts';

const { NAME, NAMESPACE } = make;
/** A write to the route. */
const ROUTE = {
  do: 'write',
  change: { do: 'patch', kind: { kind: 'VirtualService' }, object: { metadata: { name: NAME } } },
};
const gone = (uid: string) => ({ do: 'write', change: { do: 'delete', object: { metadata: { uid } } } });

const PLACE = { namespace: NAMESPACE, name: NAME, clusterDomain: 'cluster.local' };
const owner = make.deployment('1.0');
const OWN = { [ROLE]: 'disruption-budget' };
const unmarked: make.Change<Deployment> = ({ metadata }) => delete metadata.labels?.[ENROLLED];
const role =
  (value: string): make.Change<Service> & make.Change<VirtualService> =>
  (object: VirtualService | Service) => {
    object.metadata.labels = { ...object.metadata.labels, [ROLE]: value };
  };

function route(weight: number, ...changes: make.Change<VirtualService>[]): VirtualService {
  const made = structuredClone(ownRoute({ ...make.trafficWishOf(), deployment: owner }, weight));
  made.metadata.resourceVersion = '7';
  for (const change of changes) change(made);
  return made;
}

const rule = (host: string): DestinationRule =>
  make.rule(host, ({ metadata }) => {
    metadata.labels = { [ROLE]: 'destination-rule' };
  });

const record = (status?: object): Canary =>
  ({
    metadata: { name: NAME, namespace: NAMESPACE, uid: 'uid-record', ownerReferences: [ownerOf(owner)] },
    ...(status && { status }),
  }) as Canary;

const noted = {
  stable: `${NAME}.${NAMESPACE}.svc.cluster.local`,
  canary: `${NAME}-canary.${NAMESPACE}.svc.cluster.local`,
};

const adopted: make.Change<VirtualService> = ({ metadata }) => {
  metadata.annotations = { [ADOPTED_FOR]: JSON.stringify({ [`${NAMESPACE}/${NAME}`]: noted }) };
};

/** A user's, in another namespace, which no setting may name any more. */
function farRoutes(weight: number): KubeObject[] {
  const full = `${NAME}.${NAMESPACE}.svc.cluster.local`;
  const object = users([{ route: [to(full)] }], { hosts: [full] }, 'edge');
  const stored = { ...object, metadata: { ...object.metadata, namespace: 'infra' } };
  return weighed([stored], make.trafficWishOf({ routes: [{ namespace: 'infra', name: 'edge' }] }), weight);
}
/** A write to it. */
const FAR_ROUTE = { do: 'write', change: { do: 'patch', object: { metadata: { namespace: 'infra', name: 'edge' } } } };

/** Held at 2.0 with 1.0 running; the canary serves at a weight. */
function midway(more: Partial<Remains> = {}): Remains {
  const deployment = more.deployment ?? make.deployment('2.0', make.held());
  return {
    ...PLACE,
    deployment,
    canary: make.canary('2.0', 1),
    service: make.service(NAME, role('service')),
    canaryService: make.service(`${NAME}-canary`, role('service')),
    traffic: [route(30)],
    record: record({ stable: make.stable('1.0') }),
    replicaSets: [make.replicaSet(deployment, '1.0', 4)],
    snapshots: [],
    ...more,
  };
}

const over = (seen: Remains): Remains => ({
  ...seen,
  traffic: [],
  deployment: make.deployment('1.0', unmarked),
});
const at = (seen: Remains, options: Partial<StepOptions> = {}): Step =>
  nextStep(seen, istio, { drained: false, hurried: false, ...options });
const patchOf = (step: Step) => (step.do === 'write' && step.change.do === 'patch' ? step.change.operations : []);
const short = (available: number, ...changes: make.Change<Deployment>[]): Deployment =>
  make.deployment('2.0', make.held(), make.status({ availableReplicas: available }), ...changes);

const cases: Record<string, [seen: Remains, options: Partial<StepOptions>, expected: object]> = {
  'traffic goes first': [midway(), {}, ROUTE],
  'a canary keeps its traffic while pods of the Deployment are missing': [
    midway({ deployment: short(3) }),
    {},
    { do: 'wait', why: 'only 3 of 4 pods of podinfo are available, and its canary serves' },
  ],
  'in a hurry one pod that serves is enough': [midway({ deployment: short(1) }), { hurried: true }, ROUTE],
  'no hurry sends traffic to nobody': [midway({ deployment: short(0) }), { hurried: true }, { do: 'wait' }],
  'a canary without pods keeps nothing': [midway({ deployment: short(0), canary: make.canary('2.0', 0) }), {}, ROUTE],
  'a route that sends the canary nothing waits for nobody': [
    midway({ deployment: short(0), traffic: [route(0)] }),
    {},
    ROUTE,
  ],
  'a route of another namespace is let go like any other': [midway({ traffic: farRoutes(30) }), {}, FAR_ROUTE],
  'and keeps its traffic while pods are missing': [
    midway({ deployment: short(3), traffic: farRoutes(30) }),
    {},
    { do: 'wait', why: 'only 3 of 4 pods of podinfo are available, and its canary serves' },
  ],
  'one that sends the canary nothing waits for nobody': [
    midway({ deployment: short(0), traffic: farRoutes(0) }),
    {},
    FAR_ROUTE,
  ],
  'a Deployment of no pods waits for none': [
    midway({ deployment: make.deployment('2.0', make.held(), make.replicas(0)) }),
    {},
    ROUTE,
  ],
  'pods go only when no proxy knows a way to them': [over(midway()), {}, { do: 'wait', why: 'the route settles' }],
  'the canary goes then': [over(midway()), { drained: true }, gone('uid-canary')],
  'so does its disruption budget': [
    {
      ...over(midway()),
      canary: undefined,
      budget: { ...budgetFor(owner, make.canary('2.0', 2)), metadata: { name: 'x', uid: 'uid-budget', labels: OWN } },
    } as unknown as Remains,
    { drained: true },
    gone('uid-budget'),
  ],
  'one of a user’s stays': [
    {
      ...over(midway({ record: { metadata: { name: 'settings' }, spec: {} } })),
      ...{ canary: undefined, canaryService: undefined, service: make.service() },
      budget: { metadata: { name: 'podinfo-canary' }, spec: {} },
    } as unknown as Remains,
    { drained: true },
    { do: 'done' },
  ],
  'so does its DestinationRule': [
    {
      ...over(midway()),
      canary: undefined,
      canaryService: undefined,
      traffic: [rule('podinfo-canary')],
    } as unknown as Remains,
    { drained: true },
    gone('uid-rule-podinfo-canary'),
  ],
  'the one of its own name becomes its user’s': [
    {
      ...over(midway()),
      canary: undefined,
      canaryService: undefined,
      traffic: [rule('podinfo')],
    } as unknown as Remains,
    { drained: true },
    { do: 'write', what: 'the DestinationRule is its user’s', change: { operations: [{ op: 'remove' }] } },
  ],
  'one that a user wrote is left alone': [
    { ...PLACE, replicaSets: [], snapshots: [], traffic: [make.rule(), make.rule(`${NAME}-canary`)] },
    {},
    { do: 'done' },
  ],
  'a Canary that somebody wrote stays': [
    {
      ...over(midway({ record: { metadata: { name: 'settings' }, spec: {} } })),
      canary: undefined,
      canaryService: undefined,
      service: make.service(),
    } as unknown as Remains,
    { drained: true },
    { do: 'done' },
  ],
  'a record goes last': [
    { ...PLACE, replicaSets: [], snapshots: [], traffic: [], record: record() },
    {},
    gone('uid-record'),
  ],
  'of a Deployment that is gone, the route is let go': [
    { ...PLACE, replicaSets: [], snapshots: [], traffic: [route(30, role(ADOPTED), adopted)] },
    {},
    ROUTE,
  ],
  'what users made is left alone': [
    {
      ...{ ...PLACE, replicaSets: [], snapshots: [], service: make.service() },
      ...{
        deployment: make.deployment('1.0', unmarked),
        traffic: [route(0, ({ metadata }) => delete metadata.labels)],
      },
    },
    {},
    { do: 'done' },
  ],
};

const failed = make.deployment('2.0', make.held({ verdict: 'failed', reason: 'known' }));
const abandoned: typeof cases = {
  'the verdict comes first': [
    midway(),
    {},
    {
      do: 'write',
      change: {
        operations: [{ op: 'replace', path: '/metadata/annotations/headgate.dev~1held', value: /"verdict":"failed"/ }],
      },
    },
  ],
  'then traffic': [midway({ deployment: failed }), {}, ROUTE],
  'which waits for pods, unless it is in a hurry': [
    midway({
      deployment: make.deployment('2.0', make.held({ verdict: 'failed' }), make.status({ availableReplicas: 3 })),
    }),
    {},
    { do: 'wait' },
  ],
  'then the canary, once it is drained': [
    midway({ deployment: failed, traffic: [] }),
    { drained: true },
    { do: 'write', change: { do: 'delete', kind: { kind: 'Deployment' } } },
  ],
  'and not before': [midway({ deployment: failed, traffic: [] }), {}, { do: 'wait' }],
  'the gate, the label and the opt-in stay': [
    { ...PLACE, replicaSets: [], snapshots: [], traffic: [], deployment: failed, service: make.service() },
    { drained: true },
    { do: 'done' },
  ],
  'a promotion is not judged': [
    midway({ deployment: make.deployment('2.0', make.status({ availableReplicas: 3 })) }),
    {},
    { do: 'wait' },
  ],
};
for (const [sentence, [seen, options, expected]] of Object.entries(abandoned)) {
  void t.test(`the Canary is gone: ${sentence}`, async (t) =>
    t.match(abandonedStep(seen, istio, { drained: false, hurried: false, ...options }), expected),
  );
}

for (const [sentence, [seen, options, expected]] of Object.entries(cases)) {
  void t.test(sentence, async (t) => t.match(at(seen, options), expected));
}

/** The operations on a Deployment whose route is let go already. */
function opened(...changes: make.Change<Deployment>[]): { step: Step; patch: readonly object[] } {
  const deployment = make.deployment('2.0', make.held(), ...changes);
  const step = at(midway({ deployment, traffic: [], replicaSets: [make.replicaSet(deployment, '1.0', 4)] }));
  return { step, patch: patchOf(step) };
}

void t.test('template, pause and state go in one write', async (t) => {
  const { step, patch } = opened(make.annotated({ [ROLLING]: '{}' }));
  t.match(step, { change: { kind: { kind: 'Deployment' }, object: { metadata: { name: NAME } } } });
  t.match(patch, [
    { op: 'replace', path: '/spec/template' },
    { op: 'remove', path: '/spec/paused' },
    { op: 'remove', path: '/metadata/annotations/headgate.dev~1held' },
    { op: 'remove', path: '/metadata/annotations/headgate.dev~1rolling' },
  ]);
  t.notMatch(JSON.stringify(patch), 'headgate.dev~1canary', 'the opt-in is its user’s');
});

void t.test('an opt-in that Headgate wrote goes with the state', async (t) => {
  const { patch } = opened(make.annotated({ [CANARY]: 'canary/settings', [ENROLLED_BY]: 'canary' }));
  t.match(patch.slice(-2), [
    { op: 'remove', path: '/metadata/annotations/headgate.dev~1canary' },
    { op: 'remove', path: '/metadata/annotations/headgate.dev~1enrolled-by' },
  ]);
});

void t.test('the label by which the Deployment is found goes after what was made for it', async (t) => {
  const { canary: _canary, canaryService: _service, ...rest } = midway({ traffic: [] });
  const last = { ...rest, deployment: make.deployment('1.0'), service: make.service() };
  t.match(patchOf(at(last, { drained: true })), [{ op: 'remove', path: '/metadata/labels/headgate.dev~1enrolled' }]);
  const unlabelled = { ...last, deployment: make.deployment('1.0', unmarked) };
  t.match(at(unlabelled, { drained: true }), gone('uid-record'), 'and then the record');
});

void t.test('a pause that its user had set stays', async (t) => {
  const { patch } = opened(({ metadata }) => {
    const text = metadata.annotations?.['headgate.dev/held'] ?? '';
    Object.assign(metadata.annotations ?? {}, { 'headgate.dev/held': text.replace('}', ',"userPaused":true}') });
  });
  t.notMatch(JSON.stringify(patch), '/spec/paused');
  t.match(JSON.stringify(patch), '/spec/template');
});

void t.test('a hold that cannot be read is no reason to stay paused', async (t) => {
  const { patch } = opened(make.annotated({ 'headgate.dev/held': 'nonsense' }));
  t.match(patch, [{ path: '/spec/template' }, { path: '/spec/paused' }]);
});

const tagOf = (seen: Remains): string | undefined => {
  const operation = patchOf(at(seen)).find(({ path }) => path === '/spec/template');
  const { containers } = (operation?.value as { spec: { containers: { image: string }[] } } | undefined)?.spec ?? {};
  return containers?.[0]?.image;
};

const held = make.deployment('2.0', make.held());
const stables: Record<string, [more: Partial<Remains>, image: string | undefined]> = {
  'what has available pods': [{}, 'podinfo:1.0'],
  'that, also where the record has not heard of it': [
    { replicaSets: [make.replicaSet(held, '1.5', 4), make.replicaSet(held, '1.0', 0)] },
    'podinfo:1.5',
  ],
  'the record’s, where nothing has pods': [
    {
      deployment: make.deployment('2.0', make.held(), make.replicas(0)),
      replicaSets: [make.replicaSet(held, '0.9', 0)],
    },
    'podinfo:1.0',
  ],
  'the last one, where there is no record either': [
    { record: record(), replicaSets: [make.replicaSet(held, '0.9', 0)] },
    'podinfo:0.9',
  ],
  'what it says, where nothing ever ran': [{ record: record(), replicaSets: [], snapshots: [] }, undefined],
  'what it says, where that is what runs': [{ replicaSets: [make.replicaSet(held, '2.0', 4)] }, undefined],
};

for (const [sentence, [more, image]] of Object.entries(stables)) {
  void t.test(`the template that is put back is ${sentence}`, async (t) => {
    const seen = midway({ ...more, traffic: [] });
    t.equal(tagOf(seen), image);
    t.match(patchOf(at(seen)), [...(image ? [{}] : []), { op: 'remove', path: '/spec/paused' }], 'it is not paused');
  });
}
