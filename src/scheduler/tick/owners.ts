import { CANARY, ENROLLED_BY } from '../../rollout/keys.ts';
import type { Deployment } from '../../rollout/kube.ts';
import { type Canary, targetOf } from '../../rollout/machine/canary.ts';
import { readOptIn } from '../../rollout/spec/annotations/opt-in.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { RolloutSpec } from '../../rollout/spec/spec-types.ts';
import { madeFor } from '../../rollout/workload/generated.ts';

/** Somebody wrote it, and it is to stay: not a record of annotations, and not on its way out. */
export const isWritten = (record: Canary): boolean =>
  madeFor(record) === undefined && record.metadata.deletionTimestamp === undefined;

/** Creation is told in whole seconds; within one, who was enrolled first was first, and who is not yet comes last. */
const age = ({ metadata, status }: Canary): string => {
  const enrolled = status?.conditions?.find(({ type, status: holds }) => type === 'Enrolled' && holds === 'True');
  return `${metadata.creationTimestamp ?? ''} ${enrolled?.lastTransitionTime ?? '~'} ${metadata.uid ?? ''}`;
};

/** Who was there first comes first. */
export const byAge = (a: Canary, b: Canary): number => (age(a) < age(b) ? -1 : 1);

export const nameOf = ({ metadata }: Canary): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** Hosts that a Canary claims, in a spec of any shape. */
export function hostsOf({ spec }: Canary): string[] {
  const service: unknown = spec['service'];
  const hosts: unknown = isRecord(service) ? service['hosts'] : undefined;
  return Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [];
}

/** How a Deployment comes to its Canary. */
export type Ownership =
  /** Its user wrote the opt-in, or nobody did. */
  | { by: 'user' }
  /** Headgate is to opt it in for this Canary. */
  | { by: 'canary'; enrol: Canary }
  /** Headgate did, and that Canary is gone, or about another Deployment. */
  | { by: 'nobody' };

/** @param written Canaries that name the Deployment, the oldest first */
export function ownershipOf(
  { metadata }: Deployment,
  written: readonly Canary[],
  recordOf: (name: string) => Canary | undefined,
): Ownership {
  const text = metadata.annotations?.[CANARY];
  const [first] = written;
  if (text === undefined) return first === undefined ? { by: 'user' } : { by: 'canary', enrol: first };
  if (metadata.annotations?.[ENROLLED_BY] === undefined) return { by: 'user' };
  const optIn = readOptIn(text);
  const record = optIn.state === 'canary' ? recordOf(optIn.name) : undefined;
  const about = record && targetOf(record) === `${metadata.namespace}/${metadata.name}`;
  return record?.metadata.deletionTimestamp === undefined && about ? { by: 'user' } : { by: 'nobody' };
}

/** Who is not enrolled claims nothing. */
const isFollowed = ({ status }: Canary): boolean =>
  !(status?.conditions ?? []).some(({ type, status: holds }) => type === 'Enrolled' && holds === 'False');

/** Hosts of a spec that an older Canary claims, and which. */
export function takenHosts(
  record: Canary,
  { service }: RolloutSpec,
  claimants: (host: string) => readonly Canary[],
): Map<string, Canary> {
  const older = (host: string): Canary | undefined =>
    claimants(host)
      .filter((other) => other.metadata.uid !== record.metadata.uid && isFollowed(other) && byAge(other, record) < 0)
      .toSorted(byAge)[0];
  return new Map(
    service.hosts.flatMap((host): [string, Canary][] => {
      const taken = older(host);
      return taken === undefined ? [] : [[host, taken]];
    }),
  );
}
