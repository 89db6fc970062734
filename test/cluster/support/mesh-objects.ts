import { type Json, waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

const networking = ({ namespace }: App, plural: string, name: string): string =>
  `/apis/networking.istio.io/v1/namespaces/${namespace}/${plural}/${name}`;

/** The VirtualService of the app's name. */
export const routeOf = (app: App): Promise<Json> => app.rig.api.get(networking(app, 'virtualservices', app.name));

/** The HTTP route that Headgate made, without its destinations. */
export async function routeWords(app: App): Promise<Json> {
  const { spec } = await routeOf(app);
  const [{ route: _route, ...words }] = spec.http;
  return words;
}

export const ruleOf = (app: App, name: string): Promise<Json> =>
  app.rig.api.find(networking(app, 'destinationrules', name));

/** A DestinationRule as a user writes it. */
export const userRule = (name: string, host: string, trafficPolicy: object): object => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name },
  spec: { host, trafficPolicy },
});

/** The most connections that Envoy opens to each Service of the app, once they are as wanted. */
export async function connectionLimits(app: App, wanted: Record<string, number>): Promise<void> {
  await waitFor(`Envoy to have the limits ${JSON.stringify(wanted)}`, async () => {
    const clusters = await app.rig.envoyClusters(app.namespace);
    const limits = Object.keys(wanted).map((name) => [name, limitOf(clusters[name])]);
    if (JSON.stringify(Object.fromEntries(limits)) === JSON.stringify(wanted)) return true;
    throw new Error(JSON.stringify(limits));
  });
}

const limitOf = (cluster: Json | undefined): number | undefined =>
  cluster?.circuit_breakers?.thresholds?.[0]?.max_connections;
