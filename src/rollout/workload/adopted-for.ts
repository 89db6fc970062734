import { ADOPTED_FOR } from '../keys.ts';
import type { KubeObject } from '../kube.ts';

/**
 * What is noted on a user's route of the Deployments whose weights it holds, by their keys; what that is, its provider knows.
 * Nothing where it cannot be read.
 */
export function adoptedFor({ metadata: { annotations } }: KubeObject): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(annotations?.[ADOPTED_FOR] ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
