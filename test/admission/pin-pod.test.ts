import t, { type Test } from 'tap';
import { type Harness, review, webhook } from './webhook.ts';

const CONFIG = 'headgate.dev/config';
const pods = { group: '', version: 'v1', resource: 'pods' };
const pod = (pins?: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'podinfo-', ...(pins !== undefined && { annotations: { [CONFIG]: pins } }) },
  spec: {
    containers: [{ name: 'podinfo', envFrom: [{ configMapRef: { name: 'app' } }] }],
    volumes: [{ name: 'db', secret: { secretName: 'db' } }],
  },
});
const creation = (object: unknown, more: object = {}): object => review(object, undefined, { resource: pods, ...more });

function opened(t: Test): Harness {
  const harness = webhook();
  t.teardown(() => harness.server.stop());
  return harness;
}

interface Response {
  allowed: boolean;
  patch?: string;
  auditAnnotations: { decision: string };
}

async function post({ server }: Harness, payload: object, url = '/pods'): Promise<Response> {
  const answer = await server.app.inject({ method: 'POST', url, payload });
  return (answer.json() as { response: Response }).response;
}

const operationsOf = ({ patch }: Response): unknown =>
  patch === undefined ? [] : JSON.parse(Buffer.from(patch, 'base64').toString('utf8'));

const PINS = 'configmap/app=app-1,secret/db=db-2';
const named = [
  { op: 'replace', path: '/spec/volumes/0/secret/secretName', value: 'db-2' },
  { op: 'replace', path: '/spec/containers/0/envFrom/0/configMapRef/name', value: 'app-1' },
];
const passed: [string, object][] = [
  ['a pod without pins', creation(pod())],
  ['pins of others', creation(pod('configmap/unknown=x'))],
  ['words that are no pins', creation(pod('words, = ,,='))],
  ['pins that are no text', creation({ ...pod(), metadata: { annotations: { [CONFIG]: 7 } } })],
  ['a pod without a spec', creation({ metadata: { annotations: { [CONFIG]: PINS } } })],
  ['a pod that runs: nothing of it may change', creation(pod(PINS), { operation: 'UPDATE', oldObject: pod(PINS) })],
  ['its binding', creation(pod(PINS), { subResource: 'binding' })],
  ['another resource', creation(pod(PINS), { resource: { ...pods, resource: 'podtemplates' } })],
  ['another kind of the name', creation(pod(PINS), { resource: { ...pods, group: 'metrics.k8s.io' } })],
];

t.test('a pod gets the names of its snapshots when it is created', async (t) => {
  const harness = opened(t);
  for (const dryRun of [false, true]) {
    const response = await post(harness, creation(pod(PINS), { dryRun }));
    t.match(response, { allowed: true, auditAnnotations: { decision: 'pins' } });
    t.same(operationsOf(response), named);
  }
  t.same(harness.logged, [], 'as often as pods start, it is no news');
  t.same(harness.woken, []);
});

t.test('nothing keeps a pod from starting', async (t) => {
  const harness = opened(t);
  for (const [claim, body] of passed) {
    const response = await post(harness, body);
    t.match(response, { allowed: true, auditAnnotations: { decision: 'pass' } }, claim);
    t.same(operationsOf(response), [], claim);
  }
  const late = await post(harness, creation(pod(PINS)), '/pods?timeout=0s');
  t.match(late, { allowed: true, auditAnnotations: { decision: 'pass' } }, 'an answer that nobody waits for any more');
});
