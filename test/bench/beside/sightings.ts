import { follow } from '../../rig/agent/follow.ts';
import type { Json, KubeObject, Rig } from '../../rig/rig.ts';
import { keyOf } from '../support/apps.ts';
import { VERSIONS } from './subject.ts';

/** A pod, from when it was seen first until it was gone. */
export interface PodSpan {
  key: string;
  image: string;
  from: number;
  to: number;
}

/** A weight of the canary, from when it was seen. */
export interface Weighed {
  at: number;
  weight: number;
}

/** What a watcher of the cluster sees of apps, by `namespace/name`; times in epoch ms. */
export class Sightings {
  readonly pods = new Map<string, PodSpan>();
  readonly weights = new Map<string, Weighed[]>();
  readonly states = new Map<string, Json>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(rig: Rig, states: string) {
    const each = (path: string, present: (object: KubeObject) => void, gone = present): Promise<void> =>
      follow(rig.api, path, { all: (objects) => objects.forEach(present), present, gone }, this.#stopping.signal);
    this.#running = Promise.all([
      each(
        '/api/v1/pods',
        (pod) => this.#pod(pod),
        (pod) => this.#end(pod),
      ),
      each('/apis/networking.istio.io/v1/virtualservices', (route) => this.#route(route)),
      each(states, (state) => this.states.set(keyOf(state.metadata), state)),
    ]);
  }

  /** When the first pod of the new version was seen. */
  firstPods(): Map<string, number> {
    const first = new Map<string, number>();
    for (const { key, image, from } of this.pods.values())
      if (image === VERSIONS[1] && from < (first.get(key) ?? Number.POSITIVE_INFINITY)) first.set(key, from);
    return first;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #pod({ metadata, spec }: KubeObject): void {
    if (this.pods.has(metadata.uid) || metadata.labels?.app === undefined) return;
    const key = `${metadata.namespace}/${appOf(metadata.labels.app)}`;
    const { image } = (spec as Json).containers[0];
    this.pods.set(metadata.uid, { key, image, from: Date.now(), to: Number.POSITIVE_INFINITY });
  }

  #end({ metadata }: KubeObject): void {
    const span = this.pods.get(metadata.uid);
    if (span) span.to = Date.now();
  }

  #route({ metadata, spec }: KubeObject): void {
    const weight = canaryWeight(spec);
    const key = keyOf(metadata);
    const known = this.weights.get(key) ?? [];
    if (known.at(-1)?.weight === weight) return;
    this.weights.set(key, [...known, { at: Date.now(), weight }]);
  }
}

/** Copies have the name of the app with a suffix. */
const appOf = (label: string): string => label.replace(/-(?:canary|primary)$/, '');

function canaryWeight(spec: Json): number {
  const destinations: Json[] = spec?.http?.[0]?.route ?? [];
  const canary = destinations.find(({ destination }) => destination.host.split('.')[0].endsWith('-canary'));
  return canary?.weight ?? 0;
}
