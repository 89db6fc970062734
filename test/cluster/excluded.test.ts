import t from 'tap';
import { ADOPTED_FOR, CANARY, ENROLLED, ROLE } from '../../src/rollout/keys.ts';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { podinfoDeployment } from './support/podinfo-deployment.ts';

/**
 * In an excluded namespace neither webhook nor policies ask who may steer traffic: so nothing that stands there makes Headgate
 * do so, whether an annotation, the label by which watches find it, or a Canary says it.
 */
const EXCLUDED = 'kube-system';
const rig = openRig();
t.teardown(() => rig.close());

const deployments = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`;
const canaries = (namespace: string) => `/apis/headgate.dev/v1/namespaces/${namespace}/canaries`;

/** One Deployment that is annotated and labelled, and one that a Canary names. */
async function enrol(namespace: string): Promise<void> {
  const app = { tag: '1.4.0', replicas: 1 };
  const annotated = podinfoDeployment({ name: 'annotated', namespace }, { ...app, annotations: { [CANARY]: 'true' } });
  await rig.api.create(deployments(namespace), {
    ...annotated,
    metadata: { ...annotated.metadata, labels: { [ENROLLED]: 'true' } },
  });
  await rig.api.create(deployments(namespace), podinfoDeployment({ name: 'named', namespace }, app));
  await rig.api.create(canaries(namespace), {
    apiVersion: 'headgate.dev/v1',
    kind: 'Canary',
    metadata: { name: 'named', namespace },
    spec: { targetRef: { name: 'named' }, service: { port: 9898 } },
  });
}

/** What Headgate did there. */
async function traces(namespace: string): Promise<{ records: string[]; annotation?: string }> {
  const records = await rig.api.list(canaries(namespace));
  const named = await rig.api.get(`${deployments(namespace)}/named`);
  const annotation: string | undefined = named.metadata.annotations?.[CANARY];
  const told = records.filter(({ metadata, ...rest }) => metadata.name === 'annotated' || rest['status'] !== undefined);
  return { records: told.map(({ metadata }) => metadata.name), ...(annotation !== undefined && { annotation }) };
}

/** A route that says that it holds weights for somebody there, and for a Deployment that is gone. */
async function mark(namespace: string): Promise<() => Promise<Json>> {
  const routes = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`;
  const host = (name: string, place: string) => `${name}.${place}.svc.cluster.local`;
  const held = (name: string, place: string) => ({
    [`${place}/${name}`]: { stable: host(name, place), canary: host(`${name}-canary`, place) },
  });
  const marks = { ...held('annotated', EXCLUDED), ...held('gone', namespace) };
  await rig.api.create(routes, {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      name: 'marked',
      labels: { [ROLE]: 'adopted-route' },
      annotations: { [ADOPTED_FOR]: JSON.stringify(marks) },
    },
    spec: { hosts: ['marked.example.com'], http: [{ route: [{ destination: { host: 'anywhere' } }] }] },
  });
  return async () => JSON.parse((await rig.api.get(`${routes}/marked`)).metadata.annotations?.[ADOPTED_FOR] ?? '{}');
}

t.test('the scheduler does nothing in an excluded namespace', async (t) => {
  t.teardown(async () => {
    for (const name of ['annotated', 'named']) await rig.api.delete(`${deployments(EXCLUDED)}/${name}`);
    await rig.api.delete(`${canaries(EXCLUDED)}/named`);
  });
  await enrol(EXCLUDED);
  const ordinary = await rig.createNamespace('ordinary');
  await enrol(ordinary);
  const all = { records: ['annotated', 'named'], annotation: 'canary/named' };
  const isDone = async () => JSON.stringify(await traces(ordinary)) === JSON.stringify(all);
  await waitFor('both to be enrolled in an ordinary one', isDone, { timeoutMs: 60_000 });
  t.same(await traces(EXCLUDED), { records: [] });
  const deployment = () => rig.api.get(`${deployments(EXCLUDED)}/annotated`);
  const before = (await deployment()).metadata.generation;
  const marks = await mark(ordinary);
  await waitFor(
    'the mark of the one that is gone to be taken off',
    async () => !(`${ordinary}/gone` in (await marks())),
  );
  t.same(await traces(EXCLUDED), { records: [] }, 'nor for a route of another that is marked for it');
  t.equal((await deployment()).metadata.generation, before);
  t.same(Object.keys(await marks()), [`${EXCLUDED}/annotated`], 'whose mark stays');
});
