import { isRecord } from '../../../rollout/spec/rules/findings.ts';
import { MESH, shortGateway } from '../../../rollout/spec/schema/hosts.ts';
import { goDuration, isOff, isOneOf, moved, when, written } from '../conversions.ts';
import { type Conversion, comesOver, fieldsBelow, lost, unneeded } from '../field-table.ts';
import { textAt } from '../flagger-object.ts';

const OWN_SERVICE =
  'Headgate makes a plain Service, and only where there is none of the name; write the Service yourself, with this in it';
const GATEWAY_API = 'it belongs to the Gateway API, and Headgate divides traffic by Istio alone';
const APP_MESH = 'it belongs to App Mesh, and Headgate divides traffic by Istio alone';

/** One of the Deployment's name is taken, or made, without being named. */
function serviceName(value: unknown, spec: unknown): Conversion {
  if (value === '' || value === textAt(spec, 'targetRef', 'name')) return {};
  const note = `is a Service that Headgate takes as it is, and does not make: keep the one that Flagger made, with a selector of the Deployment's pods`;
  return { value, note };
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

const GATEWAYS_ALONE =
  'is without mesh; the route of Headgate serves the mesh as well, so that clients inside it meet the canary too, which they do not in Flagger: to leave them out, keep the VirtualService that Flagger made, which Headgate adopts as it is';

/** The mesh is always served, and has no entry of its own. */
function gateways(value: unknown): Conversion {
  if (!Array.isArray(value)) return { value };
  const named = value.filter((gateway) => gateway !== MESH).map((gateway) => shortGateway(String(gateway)));
  if (named.length === 0) return {};
  const isMeshed = value.includes(MESH);
  return { value: named, ...(!isMeshed && { note: GATEWAYS_ALONE }) };
}

/** A list of origins, where Istio now wants to know how each is to be compared. */
const origins = (value: unknown): Conversion =>
  Array.isArray(value)
    ? {
        value: value.map((origin: unknown) => (origin === '*' ? { regex: '.*' } : { exact: origin })),
        note: 'is written as allowOrigins, which took its place in Istio',
      }
    : { value };

/** How the application is reached, and what Istio does with a request besides choosing who answers it. */
export const SERVICE_FIELDS = fieldsBelow('spec.service', {
  name: comesOver({
    convert: serviceName,
    words: 'the Service must be there, unless it has the name of the Deployment',
  }),
  '{port,targetPort,portName}': comesOver(),
  appProtocol: lost(
    'Istio reads the protocol from the name of the port, so write portName: http, http2 or grpc; other protocols have no requests to divide',
  ),
  trafficDistribution: lost(OWN_SERVICE),
  portDiscovery: lost(OWN_SERVICE, isOff),
  headless: lost(OWN_SERVICE, isOff),
  hosts: comesOver({ convert: hosts, words: 'without `*`' }),
  gateways: comesOver({ convert: gateways, words: 'as `namespace/name`, and the mesh besides' }),
  'gatewayRefs[].{group,kind,name,namespace,sectionName,port}': lost(GATEWAY_API),
  delegation: lost(
    'write the VirtualService yourself, with the name of the Deployment and without hosts: Headgate adopts it and changes nothing but the weights',
    isOff,
  ),
  backendTimeout: lost(GATEWAY_API),
  meshName: lost(APP_MESH),
  backends: lost(APP_MESH),
  'apex.{labels,annotations}': lost(OWN_SERVICE),
  'primary.{labels,annotations}': unneeded('there is no Service -primary: the one of the Deployment goes on serving'),
  'canary.{labels,annotations}': lost(OWN_SERVICE),
  'unmanagedMetadata.{labels,annotations}': unneeded('Headgate leaves labels and annotations of others where they are'),

  timeout: comesOver({ convert: goDuration }),
  'match[].{name,uri,scheme,method,authority,headers,withoutHeaders,queryParams}': comesOver(),
  'match[].{ignoreUriCase,port,sourceLabels,sourceNamespace,gateways}': comesOver(),
  'retries.{attempts,retryOn}': comesOver(),
  'retries.perTryTimeout': comesOver({ convert: goDuration }),
  'rewrite.{uri,authority}': comesOver(),
  'rewrite.type': lost('Istio rewrites the prefix that was matched; the type belongs to the Gateway API'),
  'headers.request.{set,add,remove}': comesOver(),
  'headers.response.{set,add,remove}': comesOver(),
  // Flagger's older manifests name headers to append without saying to what.
  appendHeaders: comesOver({
    to: 'spec.service.headers.request.add',
    convert: when(isRecord, moved('is written as headers.request.add, which took its place in Istio')),
    words: 'an older name',
  }),
  'corsPolicy.allowOrigin': comesOver({
    to: 'spec.service.corsPolicy.allowOrigins',
    convert: origins,
    words: 'as exact matches',
  }),
  'corsPolicy.{allowOrigins,allowMethods,allowHeaders,exposeHeaders,allowCredentials}': comesOver(),
  'corsPolicy.maxAge': comesOver({ convert: goDuration }),
  'mirror[].{backendRef}': lost(
    'write the VirtualService yourself, with the name of the Deployment and the mirror in it: Headgate adopts it and changes nothing but the weights',
  ),

  'trafficPolicy.connectionPool.http.{h2UpgradePolicy,http1MaxPendingRequests,http2MaxRequests,idleTimeout,maxRequestsPerConnection,maxRetries}':
    comesOver(),
  'trafficPolicy.loadBalancer.simple': comesOver({
    convert: when(
      isOneOf('LEAST_CONN'),
      written('LEAST_REQUEST', 'is written as LEAST_REQUEST, its present name in Istio'),
    ),
    words: '`LEAST_CONN` becomes `LEAST_REQUEST`',
  }),
  'trafficPolicy.loadBalancer.{consistentHash,localityLbSetting,warmupDurationSecs}': comesOver(),
  'trafficPolicy.outlierDetection.{interval,baseEjectionTime,consecutive5xxErrors,consecutiveGatewayErrors,consecutiveLocalOriginFailures,maxEjectionPercent,minHealthPercent,splitExternalLocalOriginErrors}':
    comesOver(),
  'trafficPolicy.outlierDetection.consecutiveErrors': comesOver({
    to: 'spec.service.trafficPolicy.outlierDetection.consecutiveGatewayErrors',
    convert: moved('is written as consecutiveGatewayErrors, which took its place in Istio'),
  }),
  'trafficPolicy.tls.{mode,clientCertificate,privateKey,caCertificates,subjectAltNames,sni}': comesOver(),
});
