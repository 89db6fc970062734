import { PREFIX } from '../../rollout/keys.ts';
import type { Deployment } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { SETTINGS } from '../../rollout/spec/annotations/annotation-keys.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { ServiceSpec } from '../../rollout/spec/spec-types.ts';
import type { HostClaim } from '../../traffic/provider.ts';
import { recordAge } from './owners.ts';

/** A Deployment whose settings have hosts. */
export interface Claimant {
  /** Its key. */
  key: string;
  /** That of its Canary, whether that is there or not. */
  canary: string;
  claim: HostClaim;
  /** Gone for a moment, where somebody deleted it: it is made again. */
  record: Canary | undefined;
  /** Since when a route of Headgate's own serves the host for it: undefined where none does. */
  servedSince: (host: string) => string | undefined;
}

/** A host that somebody else has. */
export interface TakenHost {
  host: string;
  owner: Claimant;
  /** Why the two cannot share it. */
  why: string;
}

/**
 * Who has a host: whoever serves it already, longest first, whatever became of the record since; then the older record. So a host
 * changes hands only when its owner gives it up.
 */
const isBefore = (host: string, a: Claimant, b: Claimant): boolean => claimAge(host, a) < claimAge(host, b);

const NEVER = '~';

const claimAge = (host: string, { key, record, servedSince }: Claimant): string =>
  [servedSince(host) ?? NEVER, record === undefined ? NEVER : recordAge(record), key].join(' ');

/**
 * Hosts of a Deployment's settings that another has before it, and that the two cannot share.
 * @param others all others with this host in their settings
 * @param overlap see `TrafficProvider`
 */
export function takenHosts(
  own: Claimant,
  others: (host: string) => readonly Claimant[],
  overlap: (a: HostClaim, b: HostClaim) => string | undefined,
): TakenHost[] {
  return own.claim.service.hosts.flatMap((host) => {
    const before = others(host).filter((other) => isBefore(host, other, own));
    const found = before.flatMap((owner) => {
      const why = overlap(own.claim, owner.claim);
      return why === undefined ? [] : [{ host, owner, why }];
    });
    return found.toSorted((a, b) => (isBefore(host, a.owner, b.owner) ? -1 : 1)).slice(0, 1);
  });
}

/** Settings without the hosts of others. With no host left nobody comes by a gateway: the route is for the mesh, and all requests. */
export function withoutHosts(service: ServiceSpec, taken: readonly TakenHost[]): ServiceSpec {
  const hosts = service.hosts.filter((host) => !taken.some((entry) => entry.host === host));
  if (taken.length === 0 || hosts.length > 0) return { ...service, hosts };
  const { match: _match, ...http } = service.http ?? {};
  return { ...service, hosts, gateways: [], ...(service.http && { http }) };
}

/** Hosts in a Canary's spec, which may have any shape. */
export function hostsOf({ spec }: Canary): string[] {
  const service: unknown = spec['service'];
  return textsIn(isRecord(service) ? service['hosts'] : undefined);
}

/** Hosts in the annotations of a Deployment. */
export function annotatedHosts({ metadata }: Deployment): string[] {
  const reading = SETTINGS.get('hosts')?.read(metadata.annotations?.[`${PREFIX}hosts`] ?? '');
  return reading?.ok ? textsIn(reading.value) : [];
}

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
