import { type Json, waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

/** The variables of the pod that gives one answer: those of podinfo say on which content it runs. */
export async function variablesOf({ host, rig }: App): Promise<Map<string, string>> {
  const { status, body } = await rig.gateway.request({ host, path: '/env' });
  if (status !== 200) throw new Error(`${status} ${body}`);
  return new Map((JSON.parse(body) as string[]).map((line) => line.split(/=(.*)/s, 2) as [string, string]));
}

export const isCanaryPod = ({ name }: App, pod = ''): boolean => pod.startsWith(`${name}-canary-`);

/** Names of the snapshots that there are in the app's namespace. */
export async function snapshotsAround({ rig, namespace }: App): Promise<string[]> {
  const made = await Promise.all(
    ['configmaps', 'secrets'].map((plural) =>
      rig.api.list(`/api/v1/namespaces/${namespace}/${plural}?labelSelector=headgate.dev%2Frole%3Dsnapshot`),
    ),
  );
  return made
    .flat()
    .map(({ metadata }) => metadata.name as string)
    .toSorted();
}

/** Which snapshot stands for which object, as the Deployment's template says it. */
export async function pinsOfApp(app: App): Promise<string> {
  const { spec } = await app.deployment();
  return spec.template.metadata.annotations?.['headgate.dev/config'] ?? '';
}

/** Every stable pod is deleted; resolves when as many others are ready, and one of them answers. */
export async function killStablePods(app: App): Promise<void> {
  const before = await app.stablePodIds();
  const others = async (): Promise<Json[]> =>
    (await app.stablePods()).filter(({ metadata }) => !before.includes(metadata.uid));
  await app.kubectl(['delete', 'pods', '-l', `app=${app.name}`, '--wait=false']);
  await waitFor('other stable pods', async () => (await others()).filter(isReady).length === before.length);
  // All were away at once: the gateway hears of the others a moment after Kubernetes has counted them, and the canary may answer meanwhile.
  const names = (await others()).map(({ metadata }) => metadata.name);
  const isFound = async (): Promise<boolean> => names.includes((await variablesOf(app)).get('HOSTNAME'));
  await waitFor('the gateway to find them', () => isFound().catch(() => false));
}

const isReady = ({ status }: Json): boolean =>
  status?.conditions?.some((one: Json) => one.type === 'Ready' && one.status === 'True') ?? false;
