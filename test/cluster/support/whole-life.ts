import type { Test } from 'tap';
import type { Json, KubeObject } from '../../rig/rig.ts';
import type { App } from './app.ts';
import { Clients, type Way } from './clients.ts';
import { routesHave } from './route-weights.ts';
import { abort, deploy, optIn, optOut, release, WEIGHTS } from './user-app.ts';
import { pathIn } from './user-objects.ts';

/** What belongs to an app, and by which ways its clients come. */
export interface Shape {
  app: App;
  objects: readonly KubeObject[];
  ways: readonly Way[];
  /** Those that are there only by Headgate's route. */
  waysByHeadgate?: readonly Way[];
  /** The Service that clients call; the one of the app's name when it is left out. */
  service?: string;
  /** The VirtualServices that have the weights; the one of the app's name when they are left out. */
  routes?: readonly string[];
}

/** Goes through the weights of a release: in each all routes have it, and every client is answered by the canary. */
export async function throughWeights(
  { app, ...shape }: Omit<Shape, 'objects' | 'ways'>,
  tag: string,
  clients: Clients,
) {
  const { service = app.name, routes: names = [app.name] } = shape;
  for (const weight of WEIGHTS) {
    await app.atWeight(weight);
    await routesHave(app, { names, service }, weight);
    await clients.hear(tag);
  }
}

/**
 * Enrolment, a release that is promoted, one that is aborted, and the opt-out: at no time a request of any client fails, and in
 * the end all that is its user's is as it was.
 */
export async function wholeLife(t: Test, shape: Shape): Promise<void> {
  const { app, objects, ways, waysByHeadgate = [] } = shape;
  await deploy(app, objects);
  const clients = await Clients.of(app.rig, ways);
  const before = await storedOf(app, objects);
  await optIn(app);
  await clients.join(waysByHeadgate);
  await clients.hear('1.4.0');

  await release(app, '1.4.1');
  await throughWeights(shape, '1.4.1', clients);
  await app.phase('Succeeded');
  await clients.hear('1.4.1');

  await release(app, '1.4.2');
  await app.atWeight(WEIGHTS[0]);
  await clients.hear('1.4.2');
  await abort(app, '1.4.1');
  await clients.hear('1.4.1');

  await optOut(app, '1.4.1');
  t.same(await storedOf(app, objects), before, 'Services and routes are as their user wrote them');
  await clients.hear('1.4.1');
  await clients.servedAll(t);
}

/** What stands in objects of a user, but for what the API server keeps there. */
export async function storedOf({ rig, namespace }: App, objects: readonly KubeObject[]): Promise<Json> {
  const stored = objects.map(async (object) => {
    const { metadata, spec } = await rig.api.get(pathIn(namespace, object));
    const { labels, annotations, ownerReferences } = metadata;
    return [`${object.kind} ${object.metadata.name}`, { labels, annotations, ownerReferences, spec }];
  });
  return Object.fromEntries(await Promise.all(stored));
}
