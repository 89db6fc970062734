import t from 'tap';
import { type KubeObject, openRig, waitFor } from '../rig/rig.ts';
import type { App } from './support/app.ts';
import { generated, userApp } from './support/user-app.ts';
import { routeObject, serviceObject, to } from './support/user-objects.ts';
import { storedOf } from './support/whole-life.ts';

const rig = openRig();
t.teardown(() => rig.close());

type Kind = 'Deployment' | 'Service' | 'VirtualService';

const ORDERS: readonly Kind[][] = [
  ['Deployment', 'Service', 'VirtualService'],
  ['Deployment', 'VirtualService', 'Service'],
  ['Service', 'Deployment', 'VirtualService'],
  ['Service', 'VirtualService', 'Deployment'],
  ['VirtualService', 'Deployment', 'Service'],
  ['VirtualService', 'Service', 'Deployment'],
];

/** Long enough for Headgate to have made what it would. */
async function isSeen(app: App, exposed: boolean): Promise<void> {
  if ((await app.deployment().catch(() => undefined)) === undefined) return;
  await app.phase('Initialized');
  if (exposed) await waitFor('what Headgate makes', async () => (await generated(app)).length > 0);
}

async function applied(order: readonly Kind[], { exposed, slow }: { exposed: boolean; slow: boolean }): Promise<App> {
  const app = await userApp(rig, 'order', {
    exposed,
    replicas: 1,
    change: ({ spec }) => {
      spec.template.spec.containers[0].image = 'hollow:1';
    },
  });
  const objects: Record<Kind, KubeObject> = {
    Deployment: app.manifest('1.4.0'),
    Service: serviceObject('podinfo', ['http 80 http']),
    VirtualService: routeObject('podinfo', {
      hosts: ['podinfo'],
      http: [{ timeout: '9s', route: [to('podinfo', 80)] }],
    }),
  };
  for (const kind of order) {
    await app.apply(objects[kind]);
    if (slow) await isSeen(app, exposed);
  }
  return app;
}

const ROUNDS = [
  { exposed: false, slow: false },
  { exposed: false, slow: true },
  { exposed: true, slow: false },
  { exposed: true, slow: true },
];

for (const round of ROUNDS) {
  t.test(`three objects in every order: ${JSON.stringify(round)}`, async (t) => {
    const apps = await Promise.all(ORDERS.map((order) => applied(order, round)));
    for (const [index, app] of apps.entries()) {
      const words = String(ORDERS[index]);
      await app.phase('Initialized');
      const stored = await storedOf(app, [serviceObject('podinfo', ['http 80 http']), routeObject('podinfo', {})]);
      t.match(
        stored,
        {
          'Service podinfo': { ownerReferences: undefined, spec: { selector: { app: 'podinfo' } } },
          'VirtualService podinfo': { ownerReferences: undefined, spec: { hosts: ['podinfo'] } },
        },
        words,
      );
      t.equal(stored['Service podinfo'].spec.ports.length, 1);
      t.equal(stored['VirtualService podinfo'].spec.http.length, 1);
      await app.delete();
    }
  });
}
