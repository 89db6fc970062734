import type { Container, PodTemplate } from '../kube.ts';
import { type Finding, isNumber, valueAt } from '../spec/rules/findings.ts';
import { isPortName } from '../spec/schema/dns.ts';
import type { ServiceSpec } from '../spec/spec-types.ts';

type Port = NonNullable<Container['ports']>[number];

const TARGET = ['service', 'targetPort'] as const;
const PORT = ['service', 'port'] as const;
const NAME = ['service', 'name'] as const;

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';

/** The TCP ports that a pod template declares: its containers' first, then its sidecars'. */
export function containerPortsOf({ spec }: PodTemplate): Port[] {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? []).filter(isSidecar)];
  return containers.flatMap(({ ports }) => ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP');
}

const isPort = (wanted: unknown, { containerPort, name }: Port): boolean => wanted === containerPort || wanted === name;

/** Protocols as Istio reads them from the start of a port's name. */
const HTTP_NAME = /^(http|http2|grpc|grpc-web)(?=-|$)/;
const OTHER_NAME = /^(tcp|tls|https|mongo|mysql|redis|udp)(?=-|$)/;

/** The port of a Service that is made for a pod template, named by the protocol that it serves. */
export interface ServedPort {
  port: number;
  portName: string;
}

/**
 * Which port of a pod template serves requests that can be divided: the one behind `targetPort`; else the first whose name says
 * HTTP or gRPC; else the only one, if its name says nothing else. Undefined: the template does not say.
 */
export function servedPort(template: PodTemplate, targetPort?: unknown): ServedPort | undefined {
  const ports = containerPortsOf(template);
  const [only, ...more] = ports;
  const served =
    targetPort === undefined
      ? (ports.find(({ name = '' }) => HTTP_NAME.test(name)) ?? (more.length === 0 ? only : undefined))
      : ports.find((port) => isPort(targetPort, port));
  if (served === undefined) return isNumber(targetPort) ? { port: targetPort, portName: 'http' } : undefined;
  const { name = '', containerPort: port } = served;
  if (targetPort === undefined && OTHER_NAME.test(name)) return undefined;
  return { port, portName: HTTP_NAME.exec(name)?.[1] ?? 'http' };
}

/** A template all of whose ports say another protocol than HTTP, where no port is written: there is nothing to divide. */
function unservedFinding(template: PodTemplate): Finding[] {
  const ports = containerPortsOf(template);
  if (ports.length === 0 || !ports.every(({ name = '' }) => OTHER_NAME.test(name))) return [];
  const names = ports.map(portWords).join(', ');
  const message = `is missing, and no port of the pod template is HTTP or gRPC by its name (${names}): only their requests can be divided. Where one of them serves HTTP all the same, write its number, or name the Service that clients use; what serves no such requests cannot be enrolled`;
  return [{ path: PORT, message }];
}

/**
 * What is wrong with the ports of a form of any shape: a name that no container port has, or nothing to divide. A number passes,
 * as in Kubernetes: a container may listen without saying so.
 */
export function portFindings(form: unknown, template: PodTemplate): Finding[] {
  const written = [PORT, TARGET, NAME].some((path) => valueAt(form, path) !== undefined);
  if (!written) return unservedFinding(template);
  const wanted = valueAt(form, TARGET);
  const ports = containerPortsOf(template);
  if (typeof wanted !== 'string' || !isPortName(wanted) || ports.some((port) => isPort(wanted, port))) return [];
  const present =
    ports.length > 0
      ? `which has ${ports.map(portWords).join(', ')}; write one of them`
      : 'which declares none; write its number, or declare it';
  return [{ path: TARGET, message: `is no port of the pod template, ${present}` }];
}

/** A number is no fault, though it may be one that was mistyped: what its author should know then, without a full stop. */
export function portDoubt(targetPort: ServiceSpec['targetPort'], template: PodTemplate): string | undefined {
  const ports = containerPortsOf(template);
  if (!isNumber(targetPort) || ports.length === 0 || ports.some((port) => isPort(targetPort, port))) return undefined;
  return `no container declares this port (declared: ${ports.map(portWords).join(', ')}); one must listen on it all the same`;
}

const portWords = ({ containerPort, name }: Port): string =>
  name === undefined ? `${containerPort}` : `${containerPort} (${name})`;
