import type { KubeClient } from '../../cluster/client.ts';
import { isAlreadyExists, isNotFound, isRefused } from '../../cluster/errors.ts';
import { KINDS, type Kind, pathOf } from '../../cluster/kinds.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type DestinationRule, type KubeObject, keyOf } from '../../rollout/kube.ts';
import {
  ADOPTED,
  type PatchOperation,
  patchRoute,
  patchWeights,
  type RouteWish,
  readRoute,
  renderRoute,
  type VirtualService,
} from '../../traffic/istio.ts';
import type { World } from '../world/world.ts';
import { atVersion } from './at-version.ts';

/** Writes route and DestinationRules, and takes the answers into the world. @throws KubeError. */
export class TrafficApplier {
  readonly #client: KubeClient;
  readonly #world: World;

  constructor(client: KubeClient, world: World) {
    this.#client = client;
    this.#world = world;
  }

  async setRoute(wish: RouteWish, weight: number, resourceVersion: string | undefined): Promise<void> {
    if (resourceVersion === undefined) return this.#create(KINDS.virtualservices, renderRoute(wish, weight));
    const route = await this.#world.route(wish.deployment);
    if (route === undefined || route.metadata.resourceVersion !== resourceVersion) return;
    try {
      const answer = await this.#patch(KINDS.virtualservices, route, patchRoute(route, wish, weight));
      this.#world.put(answer);
      if (isOwn(route)) this.#world.asAsked.note(renderRoute(wish, weight).spec, answer);
    } catch (error) {
      const falls = weight < (readRoute(route, wish).weight ?? 100);
      if (isOwn(route) && falls && isRefused(error)) await this.#lower(route, wish, weight);
      throw error;
    }
  }

  /** Words that Istio will not have must not keep traffic from going back. Whoever watches is told: it goes on from here. */
  async #lower(route: VirtualService, wish: RouteWish, weight: number): Promise<void> {
    this.#world.routes.put(await this.#patch(KINDS.virtualservices, route, patchWeights(route, wish, weight)));
  }

  /** One of that name that is not Headgate's is left alone. */
  async setRule({ deployment }: RouteWish, rule: DestinationRule, resourceVersion: string | undefined): Promise<void> {
    if (resourceVersion === undefined) {
      // What is known of users' rules may be old.
      this.#world.rules.forget(keyOf(deployment));
      return this.#create(KINDS.destinationrules, rule, isOwn);
    }
    const observed = { ...rule, metadata: { ...rule.metadata, resourceVersion } };
    const operations: PatchOperation[] = [{ op: 'replace', path: '/spec', value: rule.spec }];
    const answer = await this.#patch(KINDS.destinationrules, observed, operations);
    this.#world.put(answer);
    this.#world.asAsked.note(rule.spec, answer);
  }

  async deleteRule(rule: DestinationRule): Promise<void> {
    const { namespace, name, uid = '', resourceVersion = '' } = rule.metadata;
    await this.#client.delete(pathOf(KINDS.destinationrules, namespace, name), { uid }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    this.#world.ownRules.remove(keyOf(rule), resourceVersion);
  }

  /** One that is there already is taken as it is, if it `mayBe` there. */
  async #create<T extends KubeObject>(kind: Kind, object: T, mayBe = (_present: T): boolean => true): Promise<void> {
    const { namespace, name } = object.metadata;
    try {
      const answer = await this.#client.create<T>(pathOf(kind, namespace), object);
      this.#world.put(answer);
      this.#world.asAsked.note(object['spec'], answer);
    } catch (error) {
      const present = isAlreadyExists(error) ? await this.#client.find<T>(pathOf(kind, namespace, name)) : undefined;
      if (present === undefined || !mayBe(present)) throw error;
      this.#world.put(present);
    }
  }

  #patch<T extends KubeObject>(kind: Kind, object: T, operations: readonly PatchOperation[]): Promise<T> {
    const { namespace, name } = object.metadata;
    return this.#client.patch<T>(pathOf(kind, namespace, name), 'json', [atVersion(object), ...operations]);
  }
}

/** Headgate's, and not a user's that it has adopted. */
function isOwn({ metadata: { labels } }: KubeObject): boolean {
  const role = labels?.[ROLE];
  return role !== undefined && role !== ADOPTED;
}
