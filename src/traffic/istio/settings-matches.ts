import { MESH } from '../../rollout/spec/schema/hosts.ts';
import type { ServiceSpec } from '../../rollout/spec/spec-types.ts';
import type { MatchEntry } from './reach/objects.ts';

/** The Gateways of the settings, without the mesh. */
export const settingsGateways = ({ gateways }: ServiceSpec): string[] => gateways.filter((name) => name !== MESH);

/**
 * The conditions of the settings, each with the proxies that it is about; undefined where every request is meant. One that names
 * none is about the gateways alone, where hosts are asked for at some and the mesh is not named beside them: in the mesh it would
 * keep all other requests from a Service that has served them.
 */
export function settingsMatches(service: ServiceSpec): MatchEntry[] | undefined {
  const given = service.http?.['match'] as MatchEntry[] | undefined;
  const gateways = settingsGateways(service);
  const isForGateways = gateways.length > 0 && service.hosts.length > 0 && !service.gateways.includes(MESH);
  if (given === undefined || !isForGateways) return given;
  return given.map((match) => (match.gateways !== undefined || isAboutPods(match) ? match : { ...match, gateways }));
}

/** Gateways do not know which pod a request is from. */
const isAboutPods = ({ sourceLabels, sourceNamespace }: MatchEntry): boolean =>
  sourceLabels !== undefined || sourceNamespace !== undefined;

/** Those that requests in the mesh can meet; one without a condition where every request is meant. */
export const matchesInMesh = (service: ServiceSpec): MatchEntry[] =>
  (settingsMatches(service) ?? [{}]).filter(({ gateways }) => gateways === undefined || gateways.includes(MESH));

/** Those that requests at gateways can meet, each with the gateways that it is about. */
export function matchesAtGateways(service: ServiceSpec): (MatchEntry & { gateways: string[] })[] {
  const bound = settingsGateways(service);
  return (settingsMatches(service) ?? [{}])
    .filter((match) => match.gateways !== undefined || !isAboutPods(match))
    .map((match) => ({ ...match, gateways: (match.gateways ?? bound).filter((name) => name !== MESH) }))
    .filter(({ gateways }) => gateways.length > 0);
}
