import { isDnsLabel, isDnsSubdomain } from './dns.ts';

/** What is wrong with a host of a route, as a predicate on it. */
export function hostProblem(host: string): string | undefined {
  if (host === '*') {
    return 'cannot be every host, for the route serves the mesh too; write the names, or a part such as *.example.com';
  }
  return shapeProblem(host) ?? (isDnsSubdomain(host.replace(/^\*\./, '')) ? undefined : DNS_WORDS);
}

const DNS_WORDS = 'must be a DNS name, such as app.example.com or *.example.com';

/** What people paste around a host name, and what of it to keep. */
function shapeProblem(host: string): string | undefined {
  if (host.includes('://')) return `must be a host name alone, without scheme: ${keep(host.replace(/^.*?:\/\//, ''))}`;
  if (host.includes('/')) return `must be a host name alone, without path: ${keep(host)}`;
  if (/:\d*$/.test(host)) return `must be a host name alone, without port: ${keep(host)}`;
  if (host !== host.toLowerCase()) return `must be in lower case: ${keep(host.toLowerCase())}`;
  return undefined;
}

const keep = (text: string): string => `write ${/^[^/:]*/.exec(text)?.[0] || 'app.example.com'}`;

const GATEWAY_WORDS =
  'must name an Istio Gateway: istio-system/public-gateway, or public-gateway in the same namespace';

/** The long form of old: name.namespace, name.namespace.svc.cluster.local. */
const LONG_GATEWAY = /^([^./]+)\.([^./]+)(?:\.svc\.cluster\.local)?$/;

/** What is wrong with the name of a Gateway, as a predicate on it. */
export function gatewayProblem(gateway: string): string | undefined {
  const parts = shortGateway(gateway).split('/');
  if (parts.length > 2 || !parts.every(isDnsLabel)) return GATEWAY_WORDS;
  return undefined;
}

/** `namespace/name`, or the name alone, of a Gateway in any of Istio's forms. */
export const shortGateway = (gateway: string): string => gateway.replace(LONG_GATEWAY, '$2/$1');

/** Istio's word for the sidecars, which a route of Headgate always serves. */
export const MESH = 'mesh';
