import { BlockList, isIP } from 'node:net';
import { isDnsLabel, isDnsSubdomain } from '../rollout/spec/schema/dns.ts';
import { addNetwork, contains, isNetwork, neverCalled } from './address.ts';

/** One entry of what an administrator allows hooks to call. */
export type Allowed =
  /** A Service; `*` stands for every name, or every namespace. */
  | { kind: 'service'; name: string; namespace: string }
  /** A host by name, on one port or on every one; `*.example.com` is every name below example.com. */
  | { kind: 'host'; scheme: Scheme; host: string; port: number | '*' }
  /** Hosts by address. */
  | { kind: 'network'; scheme: Scheme; network: BlockList; port: number | '*' };
export type Scheme = 'http:' | 'https:';

/** What the entries of a list look like, for a person. */
export const ALLOWED_EXAMPLES =
  'loadtester.test, *.test, https://ci.example.com, https://*.example.com or http://10.1.2.0/24:8080';

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 } as const;
const SERVICE = /^([^./:]+|\*)\.([^./:]+|\*)$/;
const ADDRESS = /^(https?:)\/\/(?:\[([^\]]+)\]|([\d.]+))(?:\/(\d+))?(?::(\d+|\*))?$/;
const HOST = /^(https?:)\/\/([^/:@[\]]+)(?::(\d+|\*))?$/;

/** An entry as it is written, or what is wrong with it. */
export function readAllowed(text: string, clusterDomain: string): Allowed | { problem: string } {
  const service = SERVICE.exec(text);
  if (service) return serviceEntry(service);
  const address = ADDRESS.exec(text);
  if (address) return networkEntry(address);
  const host = HOST.exec(text);
  if (host) return hostEntry(host, clusterDomain);
  return { problem: shapeProblem(text) };
}

function shapeProblem(text: string): string {
  if (/^https?:\/\/[^/]+\/./.test(text)) return 'has a path; drop it';
  if (/^https?:\/\/[^/]+\/$/.test(text)) return 'has a slash at its end; drop it';
  return text.includes('://') ? 'is no http:// or https:// and a host' : 'is no SERVICE.NAMESPACE';
}

function serviceEntry([, name = '', namespace = '']: RegExpExecArray): Allowed | { problem: string } {
  const isPart = (part: string): boolean => part === '*' || isDnsLabel(part);
  return isPart(name) && isPart(namespace)
    ? { kind: 'service', name, namespace }
    : { problem: 'has characters that no Service or namespace has in its name' };
}

function networkEntry([, scheme = '', six, four = '', bits, port]: RegExpExecArray): Allowed | { problem: string } {
  const address = six ?? four;
  const isWhole = bits === undefined;
  const network = `${address}/${bits ?? (six === undefined ? 32 : 128)}`;
  if (!isNetwork(network)) return { problem: `has no such network as ${network}` };
  const never = isWhole ? neverCalled(address) : undefined;
  if (never !== undefined) return { problem: `is ${never}, which is never called; drop it` };
  const list = new BlockList();
  addNetwork(list, network);
  return withPort({ kind: 'network', network: list }, scheme, port);
}

function hostEntry([, scheme = '', host = '', port]: RegExpExecArray, domain: string): Allowed | { problem: string } {
  const name = host.replace(/^\*\./, '');
  if (!isDnsSubdomain(name)) return { problem: 'has no DNS name as its host' };
  const isInside = `.${name}`.endsWith('.svc') || `.${name}`.endsWith(`.${domain}`);
  if (isInside) return { problem: 'is in the cluster: write SERVICE.NAMESPACE, without http://' };
  return withPort({ kind: 'host', host }, scheme, port);
}

type Unported = { kind: 'host'; host: string } | { kind: 'network'; network: BlockList };

function withPort(entry: Unported, schemeText: string, text: string | undefined): Allowed | { problem: string } {
  const scheme: Scheme = schemeText === 'https:' ? 'https:' : 'http:';
  if (text === '*') return { ...entry, scheme, port: text };
  const port = text === undefined ? DEFAULT_PORTS[scheme] : Number(text);
  return port >= 1 && port <= 65_535 ? { ...entry, scheme, port } : { problem: 'has a port that does not exist' };
}

/** Whether one of the entries names the Service. */
export const allowsService = (allowed: readonly Allowed[], service: { name: string; namespace: string }): boolean =>
  allowed.some(
    (entry) =>
      entry.kind === 'service' && isOrAny(entry.name, service.name) && isOrAny(entry.namespace, service.namespace),
  );

const isOrAny = (wanted: string, text: string): boolean => wanted === '*' || wanted === text;

/** @param host a name, or an address without brackets. */
export function allowsHost(allowed: readonly Allowed[], url: URL, host: string): boolean {
  return allowed.some((entry) => {
    if (entry.kind === 'service' || entry.scheme !== url.protocol) return false;
    const port = url.port === '' ? DEFAULT_PORTS[entry.scheme] : Number(url.port);
    if (entry.port !== '*' && entry.port !== port) return false;
    if (entry.kind === 'network') return isIP(host) !== 0 && contains(entry.network, host);
    return entry.host.startsWith('*.') ? host.endsWith(entry.host.slice(1)) : host === entry.host;
  });
}
