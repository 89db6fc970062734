import { type Json, type KubeObject, waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

const NAME = 'web';

/** A Deployment whose Service and VirtualService are its user's own, as they stand in a repository. */
export class UserRoute {
  readonly app: App;

  constructor(app: App) {
    this.app = app;
  }

  /** Applies both, enrols the Deployment without a word about hosts, and waits until the gateway answers. */
  static async enrolled(app: App, settings: Record<string, string>): Promise<UserRoute> {
    const route = new UserRoute(app);
    await app.apply(route.service());
    await app.apply(route.manifest());
    const words = { canary: 'true', metrics: '[]', ...settings };
    const annotations = Object.entries(words).map(([key, value]) => `headgate.dev/${key}=${value}`);
    await app.kubectl(['annotate', `deployment/${app.name}`, ...annotations]);
    await app.phase('Initialized');
    const answers = async () => (await app.rig.gateway.request({ host: app.host })).status === 200;
    await waitFor(`the gateway to answer for ${app.host}`, answers, { timeoutMs: 60_000 });
    return route;
  }

  service(): KubeObject {
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: this.app.name },
      spec: { selector: { app: this.app.name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    };
  }

  /** Three rules: one by the full name and port, one that leads elsewhere, one by the short name. */
  manifest(change?: (object: Json) => void): KubeObject {
    const { name, namespace, host, rig } = this.app;
    const match = (prefix: string) => [{ uri: { prefix } }];
    const full = `${name}.${namespace}.svc.cluster.local`;
    const object = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: NAME, labels: { team: 'storefront' } },
      spec: {
        hosts: [host],
        gateways: [rig.mesh.gatewayName],
        http: [
          { match: match('/api'), timeout: '3s', route: [{ destination: { host: full, port: { number: 80 } } }] },
          { match: match('/old'), redirect: { uri: '/' } },
          { retries: { attempts: 2, retryOn: '5xx' }, route: [{ destination: { host: name } }] },
        ],
      },
    };
    change?.(object);
    return object;
  }

  get path(): string {
    return `/apis/networking.istio.io/v1/namespaces/${this.app.namespace}/virtualservices/${NAME}`;
  }

  get(): Promise<Json> {
    return this.app.rig.api.get(this.path);
  }

  /** The weights of each rule, by host without its domain. */
  async weights(): Promise<Record<string, number | undefined>[]> {
    return weightsOf(await this.get());
  }

  /** Names of the VirtualServices of the namespace. */
  async routes(): Promise<string[]> {
    const objects = await this.app.rig.api.list(this.path.slice(0, -NAME.length - 1));
    return objects.map(({ metadata }) => metadata.name);
  }
}

export const weightsOf = ({ spec }: Json): Record<string, number | undefined>[] =>
  (spec.http as Json[]).map(({ route = [] }) =>
    Object.fromEntries((route as Json[]).map(({ destination, weight }) => [destination.host.split('.')[0], weight])),
  );
