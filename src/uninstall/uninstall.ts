import { setTimeout as sleep } from 'node:timers/promises';
import { KINDS, pathOf } from '../cluster/kinds.ts';
import type { Namespaces } from '../cluster/namespaces.ts';
import type { TrafficProvider } from '../traffic/provider.ts';
import type { AdoptedRoutes } from './adopted-routes.ts';
import { findKeys, findWritten, standing } from './find.ts';
import { persistently, type StandDownOptions, standDown } from './stand-down.ts';
import { type TakeOffOptions, takeOff } from './take-off.ts';

export interface UninstallOptions extends StandDownOptions, TakeOffOptions {
  /** Deployments that are worked on at the same time. */
  concurrency: number;
  /** Where Headgate may have been at work. */
  namespaces: Namespaces;
  /** By which traffic was divided. */
  provider: TrafficProvider;
  /** Which the dismantler asks for routes of other namespaces. */
  adopted: AdoptedRoutes;
}

/** How long an API server may go on asking a webhook whose configuration is gone. */
const LINGER_MS = 3_000;

/**
 * Takes Headgate off every Deployment, so that deleting it stops no traffic and leaves nothing paused. May be cut off and
 * done again at any time. Returns what could not be done: Deployment → why.
 */
export async function uninstall(options: UninstallOptions): Promise<Map<string, string>> {
  await standDown(options);
  const namespaces = await persistently(options, () => standing(options));
  return namespaces === undefined ? new Map() : clear({ ...options, namespaces });
}

async function clear(options: UninstallOptions): Promise<Map<string, string>> {
  const lingering = Date.now() + LINGER_MS;
  let left = new Map<string, string>();
  for (;;) {
    await options.adopted.read(options.namespaces);
    const keys = [...new Set([...(await findKeys(options)), ...options.adopted.keys()])];
    left = await takeOffAll(keys, options);
    if (left.size > 0 || Date.now() >= options.deadline) break;
    if (keys.length === 0 && Date.now() >= lingering) break;
    await sleep(Math.max(lingering - Date.now(), 0));
  }
  await forgetReleases(options);
  return left;
}

async function takeOffAll(keys: readonly string[], options: UninstallOptions): Promise<Map<string, string>> {
  const left = new Map<string, string>();
  const waiting = [...keys];
  const work = async (): Promise<void> => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
      const why = await takeOff(key, options);
      if (why !== undefined) left.set(key, why);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  return left;
}

/** A Canary that somebody wrote stays, without the memory of releases that are over. */
async function forgetReleases({ client, log, namespaces }: UninstallOptions): Promise<void> {
  for (const { metadata } of await findWritten({ client, namespaces })) {
    const path = pathOf(KINDS.canaries, metadata.namespace, metadata.name);
    await client.patch(path, 'merge', { status: null }, { subresource: 'status' }).catch((error: unknown) => {
      log.warn({ canary: path, err: error }, 'a Canary keeps the status of its last release');
    });
  }
}
