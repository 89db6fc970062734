import { isRecord } from '../../../rollout/spec/rules/findings.ts';
import { timeLimit } from '../durations.ts';
import { type Conversion, type Field, kept, lost } from '../field.ts';

const POLICY = 'spec.service.trafficPolicy';

/** A list of origins, where Istio now wants to know how each is to be compared. */
const origins = (value: unknown): Conversion =>
  Array.isArray(value)
    ? {
        value: value.map((origin: unknown) => (origin === '*' ? { regex: '.*' } : { exact: origin })),
        note: 'is written as allowOrigins, which took its place in Istio',
      }
    : { value };

const balancer = (value: unknown): Conversion =>
  value === 'LEAST_CONN'
    ? { value: 'LEAST_REQUEST', note: 'is written as LEAST_REQUEST, its present name in Istio' }
    : { value };

const gatewayErrors = (value: unknown): Conversion => ({
  value,
  note: 'is written as consecutiveGatewayErrors, which took its place in Istio',
});

/** Flagger's older manifests name headers to append without saying to what. */
const appended = (value: unknown): Conversion =>
  isRecord(value) ? { value, note: 'is written as headers.request.add, which took its place in Istio' } : { value };

/** What Istio does with a request besides choosing who answers it. */
export const ROUTE_FIELDS: readonly Field[] = [
  kept('spec.service.timeout', { convert: timeLimit }),
  kept('spec.service.match[].{name,uri,scheme,method,authority,headers,withoutHeaders,queryParams}'),
  kept('spec.service.match[].{ignoreUriCase,port,sourceLabels,sourceNamespace,gateways}'),
  kept('spec.service.retries.{attempts,retryOn}'),
  kept('spec.service.retries.perTryTimeout', { convert: timeLimit }),
  kept('spec.service.rewrite.{uri,authority}'),
  lost('spec.service.rewrite.type', 'Istio rewrites the prefix that was matched; the type belongs to the Gateway API'),
  kept('spec.service.headers.request.{set,add,remove}'),
  kept('spec.service.headers.response.{set,add,remove}'),
  kept('spec.service.appendHeaders', {
    to: 'spec.service.headers.request.add',
    convert: appended,
    words: 'an older name',
  }),
  kept('spec.service.corsPolicy.allowOrigin', {
    to: 'spec.service.corsPolicy.allowOrigins',
    convert: origins,
    words: 'as exact matches',
  }),
  kept('spec.service.corsPolicy.{allowOrigins,allowMethods,allowHeaders,exposeHeaders,allowCredentials}'),
  kept('spec.service.corsPolicy.maxAge', { convert: timeLimit }),
  lost(
    'spec.service.mirror[].{backendRef}',
    'write the VirtualService yourself, with the name of the Deployment and the mirror in it: Headgate adopts it and changes nothing but the weights',
  ),
  kept(
    `${POLICY}.connectionPool.http.{h2UpgradePolicy,http1MaxPendingRequests,http2MaxRequests,idleTimeout,maxRequestsPerConnection,maxRetries}`,
  ),
  kept(`${POLICY}.loadBalancer.simple`, { convert: balancer, words: '`LEAST_CONN` becomes `LEAST_REQUEST`' }),
  kept(`${POLICY}.loadBalancer.{consistentHash,localityLbSetting,warmupDurationSecs}`),
  kept(
    `${POLICY}.outlierDetection.{interval,baseEjectionTime,consecutive5xxErrors,consecutiveGatewayErrors,consecutiveLocalOriginFailures,maxEjectionPercent,minHealthPercent,splitExternalLocalOriginErrors}`,
  ),
  kept(`${POLICY}.outlierDetection.consecutiveErrors`, {
    to: `${POLICY}.outlierDetection.consecutiveGatewayErrors`,
    convert: gatewayErrors,
  }),
  kept(`${POLICY}.tls.{mode,clientCertificate,privateKey,caCertificates,subjectAltNames,sni}`),
];
