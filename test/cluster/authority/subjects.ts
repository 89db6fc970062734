import { HELD } from '../../../src/rollout/keys.ts';
import { type Json, type KubeObject, type Rig, waitFor } from '../../rig/rig.ts';
import { podinfoDeployment } from '../support/podinfo-deployment.ts';

const NAMES = ['plain', 'noted', 'guarded', 'written', 'outside'];
const CLOSED = 'http://127.0.0.1:9/';
const NOTED = `[{name: start, type: confirm-rollout, url: "${CLOSED}"}]`;

const deployments = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;
const canaries = (namespace: string): string => `/apis/headgate.dev/v1/namespaces/${namespace}/canaries`;

const ANNOTATIONS: Record<string, Record<string, string>> = {
  plain: { 'headgate.dev/canary': 'true', 'headgate.dev/port': '9898' },
  noted: { 'headgate.dev/canary': 'true', 'headgate.dev/port': '9898', 'headgate.dev/webhooks': NOTED },
};

const canary = (name: string, spec: object): KubeObject => ({
  ...{ apiVersion: 'headgate.dev/v1', kind: 'Canary', metadata: { name } },
  spec: { targetRef: { name }, service: { port: 9898 }, ...spec },
});

/** With approvals, and one more setting. */
const guarded = canary('guarded', {
  analysis: {
    webhooks: ['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion'].map((type) => ({
      ...{ name: type, type, url: CLOSED },
    })),
  },
});

/**
 * Deployments that are enrolled by annotation, `plain` and `noted` (which has an approval), by Canaries, `written` and
 * `guarded` (which has approvals), and not at all, `outside`.
 */
export async function fill(rig: Rig, namespace: string): Promise<void> {
  for (const name of NAMES) {
    const app = { tag: '1.4.0', replicas: 1, annotations: ANNOTATIONS[name] ?? {} };
    await rig.api.create(deployments(namespace), podinfoDeployment({ name, namespace }, app));
  }
  for (const object of [guarded, canary('written', {})]) await rig.api.create(canaries(namespace), object);
}

/** Where Headgate acts: a revision of `noted` and of `guarded` is held, and waits for an approval. */
export async function hold(rig: Rig, namespace: string): Promise<void> {
  const find = (name: string): Promise<Json> => rig.api.get(`${deployments(namespace)}/${name}`);
  await waitFor(`Canaries of ${namespace}`, async () =>
    (await phaseOf(rig, namespace, 'guarded', 'plain', 'noted')).every(Boolean),
  );
  for (const name of ['noted', 'guarded']) {
    await waitFor(`${name} to be available`, async () => (await find(name)).status.availableReplicas === 1);
    const containers = [{ name: 'podinfo', image: 'podinfo:1.4.1' }];
    await rig.api.patch(
      `${deployments(namespace)}/${name}`,
      { spec: { template: { spec: { containers } } } },
      'strategic',
    );
  }
  await waitFor(`revisions of ${namespace} to wait`, async () => {
    const phases = await phaseOf(rig, namespace, 'noted', 'guarded');
    return (
      phases.every((phase) => phase === 'Waiting') && (await find('noted')).metadata.annotations[HELD] !== undefined
    );
  });
}

const phaseOf = (rig: Rig, namespace: string, ...names: string[]): Promise<(string | undefined)[]> =>
  Promise.all(names.map(async (name) => (await rig.api.find(`${canaries(namespace)}/${name}`))?.['status']?.phase));

/** Where Headgate does not act: Canaries of the same names, which somebody wrote. */
export async function fillWithoutHeadgate(rig: Rig, namespace: string): Promise<void> {
  await fill(rig, namespace);
  await rig.api.create(canaries(namespace), canary('plain', {}));
}

export async function clear(rig: Rig, namespace: string): Promise<void> {
  for (const name of NAMES) await rig.api.delete(`${deployments(namespace)}/${name}`);
  for (const name of ['plain', 'guarded', 'written']) await rig.api.delete(`${canaries(namespace)}/${name}`);
}
