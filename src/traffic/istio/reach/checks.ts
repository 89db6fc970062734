import type { DestinationCheck, DestinationContext } from './destination-context.ts';
import { meantService, serviceHost } from './host.ts';
import { type MeshObjects, namespaceOf } from './objects.ts';
import { portRefusal, protocolRefusal } from './port-checks.ts';
import { type RouteRefusal, refuseRoute } from './refusal.ts';
import type { RuleDestination } from './rules.ts';
import { externalNameOf, hasSelector, isHeadless, serviceAt } from './service.ts';
import { subsetRefusal } from './subset-check.ts';
import { exportsOf, isServiceSeen } from './visibility.ts';

const seen: DestinationCheck = ({ service, listener: { proxy } }) => {
  if (isServiceSeen(service, proxy.namespace)) return undefined;
  const { name } = service.metadata;
  return refuseRoute(
    'NotVisible',
    `Service ${name} of ${namespaceOf(service)} is exported only to ${exportsOf(service).join(', ')}, so there is no cluster for it in ${proxy.namespace}; add that to its annotation networking.istio.io/exportTo`,
  );
};

const ownPods: DestinationCheck = ({ service, destination: { host } }) => {
  const external = externalNameOf(service);
  if (external !== undefined) {
    return refuseRoute(
      'ServiceExternalName',
      `${host} is a name for ${external}, outside the cluster, and pods cannot share its traffic; give it a Service with a selector`,
    );
  }
  if (hasSelector(service)) return undefined;
  return refuseRoute(
    'ServiceNoSelector',
    `Service ${host} has no selector, so its endpoints are made by hand and cannot be divided; give it a selector`,
  );
};

/** Sidecars forward requests for a headless Service to the address that the client has picked, whatever the weights. */
const balanced: DestinationCheck = ({ service, listener: { proxy }, destination: { host } }) =>
  proxy.class === 'gateway' || !isHeadless(service)
    ? undefined
    : refuseRoute(
        'ServiceHeadless',
        `Service ${host} is headless, so clients in the mesh pick a pod themselves and weights change nothing; use a Service with a cluster IP, or route it at a gateway only`,
      );

/** In this order: what is wrong with the Service itself comes before what is wrong with the way there. */
const CHECKS: readonly DestinationCheck[] = [seen, ownPods, balanced, portRefusal, protocolRefusal, subsetRefusal];

/** Why a destination can get no traffic there; undefined if its cluster exists and takes its weight. */
export function destinationRefusal(context: Omit<DestinationContext, 'service'>): RouteRefusal | undefined {
  const { destination, objects } = context;
  const service = serviceAt(destination.host, objects);
  if (service === undefined) return unknownHost(destination, objects);
  for (const check of CHECKS) {
    const found = check({ ...context, service });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A host that is no Service: perhaps the wrong name of one. */
export function unknownHost(
  { written, host }: Pick<RuleDestination, 'written' | 'host'>,
  objects: MeshObjects,
): RouteRefusal {
  const meant = meantService(written, objects);
  if (meant === undefined) {
    return refuseRoute('ServiceNotFound', `there is no Service ${host}; create it, or name one that exists`);
  }
  const how = written.includes('.') ? 'has a dot, so Istio takes it as it is' : `means ${host} to Istio`;
  return refuseRoute(
    'HostNotQualified',
    `the host ${written} ${how}, and no Service has that name; write ${serviceHost(meant, objects)}`,
  );
}
