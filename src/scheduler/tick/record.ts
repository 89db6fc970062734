import type { KubeClient } from '../../cluster/client.ts';
import { isAlreadyExists, isRefused } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { API_VERSION } from '../../rollout/keys.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { CanaryStatus } from '../../rollout/machine/status.ts';
import { madeFor, ownerOf } from '../../rollout/workload/generated.ts';
import { isSame } from '../../rollout/workload/template.ts';
import { RefusedRecords } from '../refused-records.ts';
import type { World } from '../world/world.ts';
import type { ReleasePlan } from './plan.ts';

const recordSpec = (deployment: Deployment, userForm: object): Record<string, unknown> => ({
  targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment.metadata.name },
  ...userForm,
});

/** The Canary that Headgate makes for a Deployment whose settings are annotations. */
function recordFor(deployment: Deployment, userForm: object): Canary {
  const { name, namespace } = deployment.metadata;
  return {
    apiVersion: API_VERSION,
    kind: 'Canary',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: { 'app.kubernetes.io/managed-by': 'headgate' },
      ownerReferences: [ownerOf(deployment)],
    },
    spec: recordSpec(deployment, userForm),
  };
}

/** Creates the Canary of an annotated Deployment, or gives it the spec that the annotations now say. */
async function ensureRecord(
  client: KubeClient,
  deployment: Deployment,
  userForm: object,
  present: Canary | undefined,
): Promise<Canary> {
  const { namespace, name } = deployment.metadata;
  if (present === undefined) {
    return client.create(pathOf(KINDS.canaries, namespace), recordFor(deployment, userForm)).catch((error: unknown) => {
      if (isAlreadyExists(error)) return client.get<Canary>(pathOf(KINDS.canaries, namespace, name));
      throw error;
    });
  }
  const spec = recordSpec(deployment, userForm);
  if (isSame(spec, present.spec)) return present;
  const { resourceVersion } = present.metadata;
  const patch = [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'replace', path: '/spec', value: spec },
  ];
  return client.patch<Canary>(pathOf(KINDS.canaries, namespace, name), 'json', patch);
}

/**
 * Gives a Canary that Headgate made for annotations to its user, once the Deployment names it instead: it loses its owner
 * reference, and so does not go with the Deployment any more.
 */
async function handOver(client: KubeClient, record: Canary): Promise<Canary> {
  const { namespace, name, resourceVersion, ownerReferences = [] } = record.metadata;
  const patch = [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    {
      op: 'replace',
      path: '/metadata/ownerReferences',
      value: ownerReferences.filter(({ kind }) => kind !== 'Deployment'),
    },
  ];
  return client.patch<Canary>(pathOf(KINDS.canaries, namespace, name), 'json', patch);
}

/** Writes the status if it changed, at the resourceVersion that was observed: a compare-and-swap. @throws KubeError 409. */
export async function commit(client: KubeClient, record: Canary, status: Partial<CanaryStatus>): Promise<Canary> {
  if (isSame(record.status, status)) return record;
  const { namespace, name } = record.metadata;
  return client.replace<Canary>(
    pathOf(KINDS.canaries, namespace, name),
    { ...record, status },
    { subresource: 'status' },
  );
}

export interface RecordKeeperOptions {
  client: KubeClient;
  world: Pick<World, 'records' | 'put'>;
  /** The API server will not have the Canary of a Deployment: it may be told more than once. */
  onRecordRefused: (deployment: Deployment, why: string) => void;
}

/** Has the Canary of each Deployment there, as its settings say. */
export class RecordKeeper {
  readonly #options: RecordKeeperOptions;
  readonly #refused = new RefusedRecords();

  constructor(options: RecordKeeperOptions) {
    this.#options = options;
  }

  /** The Canary; or in how many milliseconds to try again, as the API server will not have it. @throws KubeError */
  async of(deployment: Deployment, plan: ReleasePlan): Promise<{ record: Canary } | { inMs: number }> {
    const key = keyOf(deployment);
    try {
      const record = await this.#written(deployment, plan);
      this.#refused.accepted(key);
      return { record };
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.#options.onRecordRefused(deployment, error.message);
      return { inMs: this.#refused.refused(key) };
    }
  }

  async #written(deployment: Deployment, plan: ReleasePlan): Promise<Canary> {
    const { client, world } = this.#options;
    const present = world.records.get(`${deployment.metadata.namespace}/${plan.record}`);
    const isMade = plan.byCanary && present !== undefined && madeFor(present) !== undefined;
    if (present !== undefined && !isMade && plan.userForm === undefined) return present;
    const record = isMade
      ? await handOver(client, present)
      : await ensureRecord(client, deployment, plan.userForm ?? {}, present);
    if (record !== present) world.put(record);
    return record;
  }
}
