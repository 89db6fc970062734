import { MESH, shortGateway } from '../../../rollout/spec/schema/hosts.ts';
import { type Around, type Conversion, type Field, isOff, kept, lost, unneeded } from '../field.ts';

const OWN_SERVICE =
  'Headgate makes a plain Service, and only where there is none of the name; write the Service yourself, with this in it';
const GATEWAY_API = 'it belongs to the Gateway API, and Headgate divides traffic by Istio alone';
const APP_MESH = 'it belongs to App Mesh, and Headgate divides traffic by Istio alone';

/** Headgate's Service has the Deployment's name; another name is served as a further host of the route. */
function serviceName(value: unknown, { target }: Around): Conversion {
  if (value === target || value === '') return {};
  const message = `has no counterpart: Headgate's Services have the name of the Deployment; it is written into hosts, so that the route serves it as well: keep a Service ${String(value)} that selects the Deployment's pods`;
  return { lost: message };
}

function hosts(value: unknown): Conversion {
  if (!Array.isArray(value)) return { value };
  const named = [...new Set(value.filter((host) => host !== '*'))];
  return {
    ...(named.length > 0 && { value: named }),
    ...(value.includes('*') && {
      lost: 'has *, which has no counterpart: the route serves the mesh too, so name the hosts, or a part such as *.example.com',
    }),
  };
}

/** The mesh is always served, and has no entry of its own. */
function gateways(value: unknown): Conversion {
  if (!Array.isArray(value)) return { value };
  const named = value.filter((gateway) => gateway !== MESH).map((gateway) => shortGateway(String(gateway)));
  if (named.length === 0) return {};
  const isMeshed = value.includes(MESH);
  return { value: named, ...(!isMeshed && { note: 'is without mesh; the route of Headgate serves the mesh as well' }) };
}

/** How the application is reached. */
export const SERVICE_FIELDS: readonly Field[] = [
  kept('spec.service.name', {
    to: 'spec.service.hosts',
    convert: serviceName,
    words: 'another name than that of the Deployment is written into `hosts`, and needs a Service of your own',
  }),
  kept('spec.service.{port,targetPort,portName}'),
  lost(
    'spec.service.appProtocol',
    'Istio reads the protocol from the name of the port, so write portName: http, http2 or grpc; other protocols have no requests to divide',
  ),
  lost('spec.service.trafficDistribution', OWN_SERVICE),
  lost('spec.service.portDiscovery', OWN_SERVICE, isOff),
  lost('spec.service.headless', OWN_SERVICE, isOff),
  kept('spec.service.hosts', { convert: hosts, words: 'without `*`' }),
  kept('spec.service.gateways', { convert: gateways, words: 'as `namespace/name`, and the mesh besides' }),
  lost('spec.service.gatewayRefs[].{group,kind,name,namespace,sectionName,port}', GATEWAY_API),
  lost(
    'spec.service.delegation',
    'write the VirtualService yourself, with the name of the Deployment and without hosts: Headgate adopts it and changes nothing but the weights',
    isOff,
  ),
  lost('spec.service.backendTimeout', GATEWAY_API),
  lost('spec.service.meshName', APP_MESH),
  lost('spec.service.backends', APP_MESH),
  lost('spec.service.apex.{labels,annotations}', OWN_SERVICE),
  unneeded(
    'spec.service.primary.{labels,annotations}',
    'there is no Service -primary: the one of the Deployment goes on serving',
  ),
  lost('spec.service.canary.{labels,annotations}', OWN_SERVICE),
  unneeded(
    'spec.service.unmanagedMetadata.{labels,annotations}',
    'Headgate leaves labels and annotations of others where they are',
  ),
];
