import { HELD } from '../../rollout/keys.ts';
import type { Deployment } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { ACTIVE } from '../../rollout/machine/state.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { isBypassOpen, readBypass } from '../../rollout/workload/bypass.ts';

/** An enrolled Deployment as the watches show it. */
export interface Standing {
  deployment: Deployment;
  /** All Canaries that name it. */
  records: readonly Canary[];
  /** A route bears its mark, be it Headgate's own or one of a user's. */
  hasRoute: boolean;
}

/**
 * Whether a Deployment may be in need of a look that no watch asks for: it is not recorded, under way or held, has notices to be
 * sent, or waits for a route, which a timer alone would make.
 */
export function hasWork({ deployment, records, hasRoute }: Standing, now: number): boolean {
  const phases = records.flatMap(({ status }) => status?.phase ?? []);
  return (
    phases.length === 0 ||
    phases.some((phase) => ACTIVE.has(phase)) ||
    records.some(({ status }) => status?.outbox !== undefined) ||
    deployment.metadata.annotations?.[HELD] !== undefined ||
    isBypassOpen(readBypass(deployment, now)) ||
    (!hasRoute && records.some(namesRoute))
  );
}

/** Whether a Canary's spec, which may have any shape, asks for a route while nothing is released. */
function namesRoute({ spec }: Canary): boolean {
  const service: unknown = spec['service'];
  if (!isRecord(service)) return false;
  return ['hosts', 'gateways', 'routes'].some((field) => {
    const names = service[field];
    return Array.isArray(names) && names.length > 0;
  });
}
