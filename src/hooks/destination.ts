import { isIP } from 'node:net';
import { isDnsLabel } from '../rollout/spec/schema/dns.ts';
import { neverCalled } from './address.ts';
import { type Allowed, allowsHost, allowsService } from './allowed.ts';
import type { Refusal } from './refusal.ts';

/** The administrator's choice of who may be called. */
export interface HookRules {
  /** Besides the Services of the canary's own namespace. */
  allowed: readonly Allowed[];
  /** Such as `cluster.local`. */
  clusterDomain: string;
}

/** Where a call goes, or why it does not. */
export type Destination =
  | {
      /** With the name of a Service as it is known everywhere in the cluster, whatever form it was written in. */
      url: URL;
      /** What to look up: a whole name, or an address. */
      host: string;
      isService: boolean;
    }
  | { refusal: Refusal };

interface ServiceName {
  name: string;
  namespace: string;
}

/** @param namespace whose Services may be called: of the canary, or of the AlertProvider */
export function destinationOf(text: string, namespace: string, rules: HookRules): Destination {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const never = isIP(host) === 0 ? undefined : neverCalled(host);
  if (never !== undefined) return { refusal: { is: 'never', address: host, what: never } };
  const isAllowed = allowsHost(rules.allowed, url, host);
  const service = serviceOf(host, namespace, (named) => !isAllowed && allowsService(rules.allowed, named), rules);
  if (service === undefined) return isAllowed ? { url, host, isService: false } : refused(url, host, namespace);
  if (service.namespace !== namespace && !allowsService(rules.allowed, service)) {
    return notAllowed(host, namespace, `${service.name}.${service.namespace}`);
  }
  url.hostname = `${service.name}.${service.namespace}.svc`;
  return { url, host: `${url.hostname}.${rules.clusterDomain}`, isService: true };
}

/**
 * The Service that a host names, as a pod of the canary's namespace would understand it. Two labels may as well be a name
 * outside of the cluster (`example.com`).
 * @param prefers whether they are the Service of another namespace.
 */
function serviceOf(
  host: string,
  own: string,
  prefers: (service: ServiceName) => boolean,
  { clusterDomain }: HookRules,
): ServiceName | undefined {
  if (isIP(host) !== 0) return undefined;
  const long = `.svc.${clusterDomain}`;
  const short = host.endsWith(long) ? host.slice(0, -long.length) : host.replace(/\.svc$/, '');
  const [name = '', namespace = own, ...more] = short.split('.');
  if (more.length > 0 || !isDnsLabel(name) || !isDnsLabel(namespace)) return undefined;
  const service = { name, namespace };
  const isPlain = short === host && host.includes('.');
  return !isPlain || namespace === own || prefers(service) ? service : undefined;
}

function refused(url: URL, host: string, namespace: string): Destination {
  const isTwoLabels = isIP(host) === 0 && host.split('.').length === 2;
  const entries = isTwoLabels ? `${host}" or "${url.origin}` : url.origin;
  return notAllowed(host, namespace, entries);
}

const notAllowed = (host: string, namespace: string, entries: string): Destination => ({
  refusal: { is: 'notAllowed', host, namespace, entries },
});
