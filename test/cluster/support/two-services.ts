import { type Json, type Rig, waitFor } from '../../rig/rig.ts';

/** Where a Service leads, and by which port the route asks for it. */
export interface Leads {
  /** Value of the label `app` of its pods. */
  to: string;
  /** 80, which is HTTP, when it is left out; 81 is gRPC. No other is there. */
  port?: number;
}

/**
 * A stable and a canary Service by hand, and a route that gives each half of what comes through the gateway and in the mesh:
 * figures of a route that Headgate itself would not write.
 */
export class TwoServices {
  readonly rig: Rig;
  readonly namespace: string;
  readonly name: string;
  readonly host: string;

  constructor(rig: Rig, namespace: string, name: string) {
    this.rig = rig;
    this.namespace = namespace;
    this.name = name;
    this.host = `${name}.${namespace}.example.com`;
  }

  /** Resolves when both Envoys divide. */
  async apply(stable: Leads, canary: Leads): Promise<void> {
    const { rig, namespace, name } = this;
    const items = [service(name, stable), service(`${name}-canary`, canary), this.#route(stable, canary)];
    await rig.kubectl(['-n', namespace, 'apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
    await waitFor('both Envoys to divide', async () => {
      const configs = await Promise.all([rig.mesh.envoyAdminUrl, rig.mesh.caller.adminUrl].map(routesOf));
      return configs.every((text) => text.includes(`${name}-canary.${namespace}.svc`));
    });
  }

  #route(stable: Leads, canary: Leads): object {
    const { name, host, namespace } = this;
    const to = (service: string, { port = 80 }: Leads) => ({
      destination: { host: service, port: { number: port } },
      weight: 50,
    });
    const http = [{ route: [to(name, stable), to(`${name}-canary`, canary)] }];
    const hosts = [host, `${name}.${namespace}.svc.cluster.local`];
    const gateways = [this.rig.mesh.gatewayName, 'mesh'];
    return {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name },
      spec: { hosts, gateways, http },
    };
  }
}

function service(name: string, { to }: Leads): Json {
  const ports = [
    { name: 'http', port: 80, targetPort: 'http' },
    { name: 'grpc', port: 81, targetPort: 'grpc' },
  ];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: to }, ports } };
}

const routesOf = async (adminUrl: string): Promise<string> =>
  (await fetch(`${adminUrl}/config_dump?resource=dynamic_route_configs`)).text();
