import { ROLE } from '../../src/rollout/keys.ts';
import type { KubeObject } from '../../src/rollout/kube.ts';
import type { Observation } from '../../src/rollout/machine/observation.ts';
import type { DoubtfulRead } from '../../src/rollout/machine/observation-needs.ts';
import { SOURCES, type Source } from '../../src/rollout/machine/sources.ts';
import type { RolloutState } from '../../src/rollout/machine/state.ts';
import type { RolloutSpec } from '../../src/rollout/spec/spec-types.ts';

export const DOUBTED: Record<DoubtfulRead, Source> = { deployment: 'deployment', canary: 'canary', route: 'routes' };

interface Reading {
  state: RolloutState | undefined;
  spec: RolloutSpec;
  /** What has Headgate's label is always watched. */
  route: KubeObject | undefined;
  doubtful: readonly DoubtfulRead[];
}

/** What is left of an observation when some sources cannot be read. */
export function without(seen: Observation, sources: ReadonlySet<Source>, reading: Reading): Observation {
  if (sources.size === 0) return seen;
  const { state, spec, route, doubtful } = reading;
  const name = state?.release?.service ?? spec.service.name;
  const isLost = sources.has('services') && name === undefined;
  const asked = new Set<Source>(doubtful.map((what) => DOUBTED[what]));
  const isAsked = (source: Source) => (source !== 'deployment' && source !== 'canary') || asked.has(source);
  const unknown = SOURCES.filter(
    (source) => (sources.has(source) && isAsked(source)) || (source === 'routes' && isLost),
  ).map((source) => ({ source, why: 'the API server does not answer' }));
  const isHidden = isLost || (sources.has('routes') && route?.metadata.labels?.[ROLE] === undefined);
  const blank: Partial<Record<Source, readonly (keyof Observation)[]>> = {
    replicaSets: ['replicaSets'],
    services: ['canaryService'],
    routes: isHidden ? ['route'] : [],
    names: ['taken'],
    policies: ['policies'],
    budget: ['budget'],
    autoscaler: ['autoscaler'],
    pods: ['pods'],
    config: ['config'],
  };
  const gone = new Set(unknown.flatMap(({ source }) => blank[source] ?? []));
  const left = Object.fromEntries(Object.entries(seen).filter(([key]) => !gone.has(key as keyof Observation)));
  return {
    ...(left as unknown as Observation),
    ...(sources.has('endpoints') && { endpoints: [] }),
    ...(sources.has('services') && { service: { is: 'unknown', ...(name !== undefined && { name }) } }),
    ...(unknown.length > 0 && { unknown }),
  };
}
