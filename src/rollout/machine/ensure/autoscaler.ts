import type { Deployment, KubeObject } from '../../kube.ts';
import {
  AUTOSCALERS,
  type Bounds,
  boundsPatch,
  canaryAutoscaler,
  isGenerated,
  mostReplicas,
} from '../../workload/autoscaler/canary-autoscaler.ts';
import { stopsPodsFirst } from '../../workload/strategy.ts';
import type { AutoscalerReading } from '../autoscaler.ts';
import { isDrained, runsRevision } from '../canary-pods.ts';
import type { Effect } from '../effects.ts';
import type { Releasing } from '../situation.ts';
import { SERVING } from '../state.ts';
import { canarySize, weightPlan } from '../steps.ts';
import { turnedFor } from '../troubles/autoscaler-gap.ts';

/** The autoscaler of the canary, while something scales it by itself. */
export const canaryScaler = ({ seen: { autoscaler } }: Pick<Releasing, 'seen'>): KubeObject | undefined =>
  autoscaler?.canarys !== undefined && isGenerated(autoscaler.canarys) ? autoscaler.canarys : undefined;

/**
 * The canary has an autoscaler of its own, like the one that the settings name, for as long as it may have traffic. It never has
 * fewer pods than its weight needs by the size of the Deployment. It is gone before the canary is scaled to zero.
 */
export function ensureAutoscaler(s: Releasing): Effect[] {
  const { autoscaler, canary } = s.seen;
  if (autoscaler === undefined) return [];
  const present = canaryScaler(s);
  if (autoscaler.canarys !== undefined && present === undefined) return [];
  const wanted = isWanted(s, canary) ? autoscalerOf(s, autoscaler, canary) : undefined;
  const kind = AUTOSCALERS[autoscaler.ref.kind];
  if (wanted === undefined) {
    const goes = present !== undefined && isOver(s);
    return goes ? [{ do: 'changeAutoscaler', change: { do: 'delete', kind, object: present } }] : [];
  }
  if (present === undefined) return [{ do: 'changeAutoscaler', change: { do: 'create', kind, object: wanted } }];
  const operations = boundsPatch(autoscaler.ref, present, wanted);
  return operations.length === 0
    ? []
    : [{ do: 'changeAutoscaler', change: { do: 'patch', kind, object: present, operations } }];
}

const isWanted = ({ state: { phase, release } }: Releasing, canary: Deployment | undefined): canary is Deployment =>
  release.path === 'canary' && release.replicas > 0 && SERVING.has(phase) && runsRevision(canary, release.revision);

/** No canary is wanted any more, and no traffic reaches it. */
const isOver = (s: Releasing): boolean =>
  !(s.state.release.path === 'canary' && SERVING.has(s.state.phase)) && isDrained(s);

function autoscalerOf(s: Releasing, { ref, named }: AutoscalerReading, canary: Deployment) {
  const turned = turnedFor(s);
  if (turned === undefined || named.is !== 'found') return undefined;
  const { replicas, weight } = s.state.release;
  const [first = 0] = weightPlan(s.spec.analysis.weights, stopsPodsFirst(s.seen.deployment));
  const bounds: Bounds = {
    min: replicas,
    max: Math.max(replicas, canarySize(mostReplicas(named.autoscaler), weight || first)),
  };
  return canaryAutoscaler(ref, turned, { canary, bounds });
}
