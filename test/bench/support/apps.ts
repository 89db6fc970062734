import { definitions } from '../../rig/binaries/definitions.ts';
import { installIstioObjects } from '../../rig/istiod.ts';
import type { Json, Rig } from '../../rig/rig.ts';
import { each } from './parallel.ts';

/** An enrolled Deployment by where it is. */
export interface App {
  namespace: string;
  name: string;
}

/** So many share a namespace; in one for all, each watch inside a namespace would be told of all others. */
const PER_NAMESPACE = 10;

/** The resource definitions of Istio, in a rig without a mesh. */
export async function installRoutes(rig: Rig): Promise<void> {
  if (!rig.file.mesh) await installIstioObjects(rig.api, (await definitions()).istio);
}

export const keyOf = ({ namespace, name }: App): string => `${namespace}/${name}`;

export const deploymentPath = ({ namespace, name }: App): string =>
  `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;

/** Creates so many Deployments, ten a namespace. Their pods are hollow: ready at once, without a process. */
export async function deploy(rig: Rig, count: number, deployment: (name: string) => Json): Promise<App[]> {
  const groups = Array.from({ length: Math.ceil(count / PER_NAMESPACE) }, (_, index) => index * PER_NAMESPACE);
  const apps: App[] = [];
  await each(groups, 4, async (first) => {
    const namespace = await rig.createNamespace('bench');
    const last = Math.min(first + PER_NAMESPACE, count);
    for (let index = first; index < last; index += 1) {
      const app = { namespace, name: `app-${index}` };
      await rig.api.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment(app.name));
      apps.push(app);
    }
  });
  return apps;
}

export interface DeploymentOptions {
  replicas: number;
  /** Without the prefix `headgate.dev/`; absent: not enrolled. */
  settings?: Readonly<Record<string, string>>;
}

/** A Deployment as people have them: one container, some variables, probes and limits. */
export const deploymentOf =
  ({ replicas, settings }: DeploymentOptions) =>
  (name: string): Json => {
    const labels = { app: name };
    const entries = Object.entries(settings ?? {}).map(([key, value]) => [`headgate.dev/${key}`, value]);
    const container = {
      name: 'app',
      image: 'hollow:1.0.0',
      ports: [{ name: 'http', containerPort: 9898 }],
      env: Array.from({ length: 10 }, (_, index) => ({ name: `VARIABLE_${index}`, value: `value ${index}` })),
      readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '512Mi' } },
    };
    return {
      metadata: { name, labels, annotations: Object.fromEntries(entries) },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    };
  };

/** `kubectl set image`, as a request. */
export async function setImage(rig: Rig, app: App, image: string): Promise<void> {
  const containers = [{ name: 'app', image }];
  await rig.api.patch(deploymentPath(app), { spec: { template: { spec: { containers } } } }, 'strategic');
}
