import type { Json, Rig } from '../../rig/rig.ts';
import { App } from './app.ts';
import { weightsOf } from './user-route.ts';

/** Times of a scheduler where no mesh has to hear of anything. */
export const HOLLOW_TIMES = {
  HEADGATE_ROUTE_SETTLE: '500ms',
  HEADGATE_RESYNC_INTERVAL: '1s',
};

/** A query that is good always, and by which the app is known to whoever stands between. */
const metricOf = (name: string) => ({
  name: 'constant',
  query: `vector(1) + 0 * count(up{app="${name}"} or vector(1))`,
  thresholdRange: { max: 5 },
  interval: '10s',
});

/** An app without processes: its pods are ready at once, and a release takes as long as Headgate does. Not yet applied. */
export const hollowApp = (rig: Rig, name: string, settings: Record<string, string>): Promise<App> =>
  App.in(rig, name, {
    name,
    replicas: 1,
    annotations: { metrics: JSON.stringify([metricOf(name)]), ...settings },
    change: ({ spec }) => {
      const [container] = spec.template.spec.containers as Json[];
      Object.assign(container ?? {}, { image: 'hollow:1', lifecycle: {} });
    },
  });

/** `kubectl set image`, as a request. */
export async function setHollowImage(app: App, image: string): Promise<void> {
  const containers = [{ name: 'podinfo', image }];
  await app.rig.api.patch(
    app.path('deployments', app.name),
    { spec: { template: { spec: { containers } } } },
    'strategic',
  );
}

/** What the route gives the canary. */
export async function routeWeight({ rig, namespace, name }: App): Promise<number> {
  const route = await rig.api.find(`/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices/${name}`);
  return route ? (weightsOf(route)[0]?.[`${name}-canary`] ?? 0) : 0;
}
