import { ADOPTED_FOR } from '../keys.ts';
import type { KubeObject } from '../kube.ts';

/** Deployments behind one route. Each is looked at when the route changes, and whoever may write routes may note any. */
export const MOST_SHARING = 500;

const DEPLOYMENT_KEY = /^[a-z0-9][-a-z0-9]{0,62}\/[a-z0-9][-a-z0-9.]{0,252}$/;

/**
 * What is noted on a user's route of the Deployments whose weights it holds, by their keys; what that is, its provider knows.
 * Nothing where it cannot be read, or has more than Headgate writes.
 */
export function adoptedFor({ metadata: { annotations } }: KubeObject): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(annotations?.[ADOPTED_FOR] ?? '{}');
    const entries = Object.entries(typeof found === 'object' && found !== null ? found : {});
    const readable = entries.filter(([key]) => DEPLOYMENT_KEY.test(key));
    return readable.length > MOST_SHARING ? {} : Object.fromEntries(readable);
  } catch {
    return {};
  }
}
