import type { Condition } from '../../../src/rollout/kube.ts';
import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { type Json, type KubeObject, type Rig, waitFor } from '../../rig/rig.ts';
import { App, type AppOptions } from './app.ts';
import { namesOf } from './objects.ts';

/** The weights of a release of such an app. */
export const WEIGHTS = [30, 60] as const;

const SETTINGS = { 'step-weights': WEIGHTS.join(), interval: '4s', metrics: '[]' };
const EXPOSING = ['headgate.dev/hosts', 'headgate.dev/gateways'];

export interface UserAppOptions extends AppOptions {
  /** Headgate is asked for a host and a gateway; otherwise its user has routes of their own. */
  exposed?: boolean;
  /** Another app, in whose namespace this one is. */
  beside?: App;
}

/** An app whose Services and routes are its user's, to be applied as GitOps does. */
export function userApp(rig: Rig, prefix: string, { exposed, beside, ...options }: UserAppOptions = {}): Promise<App> {
  const all: AppOptions = {
    ...options,
    annotations: { ...SETTINGS, ...options.annotations },
    change: (deployment) => {
      if (!exposed) withoutExposing(deployment);
      options.change?.(deployment);
    },
  };
  return beside ? Promise.resolve(App.beside(beside, all)) : App.in(rig, prefix, all);
}

function withoutExposing({ metadata }: Json): void {
  const notes = Object.entries<string>(metadata.annotations ?? {});
  metadata.annotations = Object.fromEntries(notes.filter(([key]) => !EXPOSING.includes(key)));
}

export const applyAll = (app: App, objects: readonly object[], flags?: readonly string[]) =>
  app.apply({ apiVersion: 'v1', kind: 'List', items: objects }, flags);

/** Not enrolled, with all that belongs to it, and rolled out. */
export async function deploy(app: App, objects: readonly KubeObject[]): Promise<void> {
  await applyAll(app, [app.manifest('1.4.0', { enrolled: false }), ...objects]);
  await app.rolledOut();
}

export async function optIn(app: App, tag = '1.4.0'): Promise<void> {
  await app.apply(app.manifest(tag));
  await app.phase('Initialized');
}

/** Asks for a tag, and waits until the status is about its revision. */
export async function release(app: App, tag: string): Promise<void> {
  const before = (await app.status()).revision;
  await app.apply(app.manifest(tag));
  await app.until(`a release of ${tag}`, ({ revision }) => revision !== before);
}

/** Ends the release, and asks for the running version again. */
export async function abort(app: App, running: string): Promise<void> {
  await app.command('abort');
  await app.phase('Failed');
  await optIn(app, running);
}

/** Resolves when Headgate is off it. */
export async function optOut(app: App, tag: string): Promise<void> {
  await app.apply(app.manifest(tag, { enrolled: false }));
  await waitFor(`Headgate to be off ${app.namespace}/${app.name}`, async () => (await app.record()) === undefined);
}

/** What a status says of a route that is wanted and not there. */
export const routeMissing = ({ conditions }: CanaryStatus): Condition | undefined =>
  conditions.find(({ type }) => type === 'RouteMissing');

/** The names of what bears Headgate's label in the namespace. */
export const generated = (app: App): Promise<string[]> =>
  namesOf(app, ['services', 'virtualservices', 'destinationrules', 'deployments'], 'headgate.dev/role');
