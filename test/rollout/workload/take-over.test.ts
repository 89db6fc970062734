import jsonPatch from 'fast-json-patch';
import t from 'tap';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import { isReplaceable } from '../../../src/rollout/workload/generated.ts';
import { canaryService, stableService } from '../../../src/rollout/workload/services.ts';
import { takeOver } from '../../../src/rollout/workload/take-over.ts';
import { ownRoute } from '../../../src/traffic/istio/own-route.ts';
import { deployment, spec, trafficWishOf } from '../../build.ts';

const DEFAULTS = { clusterIP: '10.0.0.7', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' };
const port = (number: number, more: object = {}) => ({ port: number, protocol: 'TCP', ...more });
const portKey = (number: number) => `k:{"port":${number},"protocol":"TCP"}`;

/** A Service as it is stored, whose one port is 80. */
const made = withSpec(stableService(deployment(), spec().service), {
  ...DEFAULTS,
  type: 'ClusterIP',
  selector: { app: 'podinfo' },
  ports: [port(80, { name: 'http', targetPort: 80 })],
});
const route: KubeObject = ownRoute(trafficWishOf({ hosts: ['a.example.com'], gateways: ['ns/gate'] }), 0);

function withSpec<T extends KubeObject>(object: T, more: object): T {
  return { ...object, spec: { ...(object['spec'] as object), ...more } };
}

/** What server-side apply has made of it. @param fields what they apply */
function merged(object: KubeObject, more: object, fields: object, entry: object = {}): KubeObject {
  const managedFields = [
    { manager: 'headgate', operation: 'Update', fieldsV1: { 'f:spec': { 'f:type': {} } } },
    { manager: 'kubectl', operation: 'Apply', fieldsV1: fields, ...entry },
  ];
  const { metadata, ...all } = withSpec(object, more);
  return { ...all, metadata: { ...metadata, managedFields } };
}

/** Its parts once the patch is applied. */
function taken(before: KubeObject, after: KubeObject) {
  const operations = takeOver(before, after) as Parameters<typeof jsonPatch.applyPatch>[1];
  const { metadata, spec: left } = jsonPatch.applyPatch(structuredClone(after), operations).newDocument;
  const { labels, annotations, ownerReferences } = metadata;
  return { labels, annotations, ownerReferences, spec: left };
}

const NOTHING_LEFT = { labels: {}, annotations: {}, ownerReferences: [] };
const theirs = {
  'f:spec': { 'f:selector': {}, 'f:ports': { [portKey(8080)]: { '.': {}, 'f:name': {}, 'f:targetPort': {} } } },
};
const ports = [port(8080, { name: 'http', targetPort: 'web' })];
const both = { ports: [...ports, port(80, { name: 'http', targetPort: 80 })] };

t.test('a Service keeps what is applied and what the API server has set', async (t) => {
  const wanted = { ...NOTHING_LEFT, spec: { ...DEFAULTS, selector: { app: 'podinfo' }, ports } };
  t.same(taken(made, merged(made, both, theirs)), wanted);
  const typed = { 'f:spec': { ...theirs['f:spec'], 'f:type': {} } };
  t.match(taken(made, merged(made, both, typed)).spec, { type: 'ClusterIP' }, 'also where Headgate says the same');
});

t.test('labels and annotations of their own stay', async (t) => {
  const after = merged(made, both, { ...theirs, 'f:metadata': { 'f:labels': { 'f:team': {} } } });
  after.metadata.labels = { ...after.metadata.labels, team: 'a' };
  t.same(taken(made, after).labels, { team: 'a' });
});

t.test('a route keeps nothing that its user does not say', async (t) => {
  const http = [{ route: [{ destination: { host: 'podinfo' } }] }];
  const after = merged(route, { hosts: ['podinfo'], http }, { 'f:spec': { 'f:hosts': {}, 'f:http': {} } });
  t.same(taken(route, after), { ...NOTHING_LEFT, spec: { hosts: ['podinfo'], http } }, 'no gateway');
  const tcp = merged(route, { hosts: ['podinfo'], tcp: [] }, { 'f:spec': { 'f:hosts': {}, 'f:tcp': {} } });
  t.same(taken(route, tcp).spec, { hosts: ['podinfo'], tcp: [] }, 'no rule');
});

t.test('asked again about what it made of it, it says the same', async (t) => {
  const after = merged(made, both, theirs);
  const once = jsonPatch.applyPatch(structuredClone(after), takeOver(made, after) as never).newDocument;
  t.same(takeOver(made, once), []);
});

t.test('every other write is none of its business', async (t) => {
  const canary = canaryService(deployment(), made, 'app');
  const { annotations: _note, ...bare } = made.metadata;
  const applied = merged(made, both, theirs);
  const rows: Record<string, [before: KubeObject, after: KubeObject]> = {
    'an edit': [made, withSpec(made, both)],
    'an edit of what nobody applies': [made, merged(made, both, theirs, { operation: 'Update' })],
    'a status': [made, merged(made, {}, theirs, { subresource: 'status' })],
    'the canary’s Service': [canary, merged(canary, both, theirs)],
    'what has no note': [{ ...made, metadata: bare }, applied],
    'what kubectl has applied over it': [
      {
        ...made,
        metadata: { ...made.metadata, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
      },
      applied,
    ],
    'field managers of another shape': [made, { ...made, metadata: { ...made.metadata, managedFields: {} } }],
  };
  for (const [claim, [before, after]] of Object.entries(rows)) t.same(takeOver(before, after), [], claim);
  t.ok(isReplaceable(made));
  t.notOk(isReplaceable(canary));
});
