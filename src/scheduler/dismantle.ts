import type { KubeClient } from '../cluster/client.ts';
import { isNotFound } from '../cluster/errors.ts';
import { KINDS, type Kind, pathOf } from '../cluster/kinds.ts';
import { ENROLLED, ROLE } from '../rollout/keys.ts';
import type { Deployment } from '../rollout/kube.ts';
import { canaryName } from '../rollout/names.ts';
import type { ServiceSpec } from '../rollout/spec-types.ts';
import { releaseRoute } from '../traffic/istio.ts';
import { atVersion } from './apply.ts';
import type { World } from './world.ts';
import { keyOf } from './world.ts';

/** Hosts and gateways do not matter for letting go of a route. */
const NO_SERVICE: ServiceSpec = { port: 80, portName: 'http', hosts: [], gateways: [] };

/**
 * Takes Headgate off a Deployment that opted out: traffic to the Deployment alone, then canary, its Service and the record
 * go. The route and the Service of the Deployment's name stay, as the user's. Removing Headgate costs no request.
 */
export class Dismantler {
  readonly #client: KubeClient;
  readonly #world: World;
  readonly #settleMs: number;

  constructor(client: KubeClient, world: World, settleMs: number) {
    this.#client = client;
    this.#world = world;
    this.#settleMs = settleMs;
  }

  /** When to come again, milliseconds from now; undefined when nothing is left to do. */
  async dismantle(deployment: Deployment): Promise<number | undefined> {
    const { namespace = '', name } = deployment.metadata;
    await this.#world.forgetSets(keyOf(namespace, name));
    if (await this.#releaseRoute(deployment)) return this.#settleMs;
    await this.#delete(KINDS.deployments, this.#world.canaryOf(deployment)?.metadata);
    await this.#delete(KINDS.services, this.#world.services.get(keyOf(namespace, canaryName(name)))?.metadata);
    await this.#dropLabel(KINDS.services, this.#world.services.get(keyOf(namespace, name)), ROLE);
    await this.#dropLabel(KINDS.deployments, deployment, ENROLLED);
    await this.#delete(KINDS.canaries, this.#world.records.get(keyOf(namespace, name))?.metadata);
    return undefined;
  }

  async #releaseRoute(deployment: Deployment): Promise<boolean> {
    const { namespace = '', name } = deployment.metadata;
    const route = this.#world.routes.get(keyOf(namespace, name));
    if (route === undefined) return false;
    const patch = [atVersion(route), ...releaseRoute(route, { deployment, service: NO_SERVICE })];
    const answer = await this.#client.patch(pathOf(KINDS.virtualservices, namespace, name), 'json', patch);
    this.#world.routes.remove(keyOf(namespace, name), answer.metadata.resourceVersion ?? '');
    return true;
  }

  async #delete(kind: Kind, metadata: Deployment['metadata'] | undefined): Promise<void> {
    if (metadata === undefined) return;
    await this.#client
      .delete(pathOf(kind, metadata.namespace, metadata.name), { uid: metadata.uid ?? '', propagation: 'Background' })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }

  async #dropLabel(kind: Kind, object: { metadata: Deployment['metadata'] } | undefined, label: string): Promise<void> {
    if (object?.metadata.labels?.[label] === undefined) return;
    const { namespace, name } = object.metadata;
    await this.#client.patch(pathOf(kind, namespace, name), 'merge', { metadata: { labels: { [label]: null } } });
  }
}
