import type { Json, KubeObject, Rig } from '../../rig/rig.ts';
import { App } from './app.ts';
import type { Way } from './clients.ts';
import { applyAll, deploy, userApp } from './user-app.ts';
import { pathIn, routeObject, serviceObject, to } from './user-objects.ts';

const NAME = 'web';

/** An app whose routes are somebody else's, in another namespace: at the gateway by two rules, and in the mesh. */
export class FarRoute {
  readonly app: App;
  /** A namespace without any app. */
  readonly edge: App;

  private constructor(app: App, edge: App) {
    this.app = app;
    this.edge = edge;
  }

  /** Deployed, not enrolled, with all that belongs to it. */
  static async deployed(rig: Rig, prefix: string, annotations: Record<string, string> = {}): Promise<FarRoute> {
    const edge = await App.in(rig, `${prefix}-edge`);
    const routes = `${edge.namespace}/${NAME}/*`;
    const app = await userApp(rig, prefix, { annotations: { routes, ...annotations } });
    const far = new FarRoute(app, edge);
    await deploy(app, [serviceObject('podinfo', ['http 80 http'])]);
    await applyAll(edge, [far.manifest()]);
    return far;
  }

  /** As it stands in its owner's repository. */
  manifest(change?: (object: Json) => void): KubeObject {
    const { host, namespace, rig } = this.app;
    const full = `podinfo.${namespace}.svc.cluster.local`;
    const object = routeObject(NAME, {
      hosts: [full, host],
      gateways: ['mesh', rig.mesh.gatewayName],
      http: [
        { match: [{ uri: { prefix: '/api/' } }], rewrite: { uri: '/' }, route: [to(full, 80)] },
        { name: 'main', retries: { attempts: 2, perTryTimeout: '2s' }, route: [to(full)] },
      ],
    });
    change?.(object);
    return object;
  }

  get ways(): Way[] {
    const { host, namespace } = this.app;
    const mesh: Way = { via: 'mesh', host: `podinfo.${namespace}` };
    return [{ host }, { host, path: '/api/' }, mesh, { ...mesh, path: '/api/' }];
  }

  get path(): string {
    return pathIn(this.edge.namespace, this.manifest());
  }

  get(): Promise<Json> {
    return this.app.rig.api.get(this.path);
  }

  async delete(): Promise<void> {
    await Promise.all([this.app.delete(), this.edge.delete()]);
  }
}
