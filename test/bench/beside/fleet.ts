import { type Json, type Rig, waitFor } from '../../rig/rig.ts';
import { type App, keyOf } from '../support/apps.ts';
import { each } from '../support/parallel.ts';
import type { Placed } from './subject.ts';

/** How the names of the apps' namespaces begin. */
export const NAMESPACES = 'fleet-';
/** So many share a namespace; in one for all, each watch inside a namespace would be told of all others. */
const PER_NAMESPACE = 10;
/** Apps of one pod show the time, some of several how many pods a release wants. */
const LARGE = { apps: 10, replicas: 4 };
const APPLY_TIMEOUT_MS = 600_000;

export interface FleetApp extends App {
  replicas: number;
}

/** Where apps are, ten a namespace; namespaces are new. */
export async function placesFor(rig: Rig, count: number): Promise<FleetApp[]> {
  const apps: FleetApp[] = [];
  for (let first = 0; first < count; first += PER_NAMESPACE) {
    const namespace = await rig.createNamespace(NAMESPACES.slice(0, -1));
    for (let index = first; index < Math.min(first + PER_NAMESPACE, count); index += 1)
      apps.push({ namespace, name: `app-${index}`, replicas: index < LARGE.apps ? LARGE.replicas : 1 });
  }
  return apps;
}

const collectionOf = ({ apiVersion, plural }: Placed, namespace: string): string =>
  `/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}/namespaces/${namespace}/${plural}`;

const whole = ({ apiVersion, kind, object }: Placed): Json => ({ apiVersion, kind, ...object });

/** Makes the objects of all apps. */
export async function create(
  rig: Rig,
  apps: readonly FleetApp[],
  objectsOf: (app: FleetApp) => Placed[],
): Promise<void> {
  await each(apps, 4, async (app) => {
    for (const placed of objectsOf(app)) await rig.api.create(collectionOf(placed, app.namespace), whole(placed));
  });
}

/** Resolves when each of the apps has a state like that. */
export async function untilAll(
  apps: readonly FleetApp[],
  states: ReadonlyMap<string, Json>,
  holds: (state: Json) => boolean,
  { what, timeoutMs }: { what: string; timeoutMs: number },
): Promise<void> {
  const check = (): boolean => {
    const missing = apps.filter((app) => !holds(states.get(keyOf(app)) ?? {}));
    const [first] = missing;
    if (first === undefined) return true;
    const seen = JSON.stringify(states.get(keyOf(first))?.['status'] ?? null).slice(0, 300);
    throw new Error(`${missing.length} of ${apps.length} are not; ${keyOf(first)}: ${seen}`);
  };
  await waitFor(what, check, { timeoutMs, everyMs: 100 });
}

/** Another image of every workload by one `kubectl apply`; its seconds. */
export async function applyAll(
  rig: Rig,
  apps: readonly FleetApp[],
  image: string,
  objectsOf: (app: FleetApp) => Placed[],
): Promise<number> {
  const items = apps.map((app) => {
    const [workload] = objectsOf(app) as [Placed];
    const changed = structuredClone(whole(workload));
    changed.metadata.namespace = app.namespace;
    changed.spec.template.spec.containers[0].image = image;
    return changed;
  });
  const input = { apiVersion: 'v1', kind: 'List', items };
  const from = performance.now();
  await rig.kubectl(['apply', '-f', '-'], { input, timeoutMs: APPLY_TIMEOUT_MS });
  return (performance.now() - from) / 1_000;
}
