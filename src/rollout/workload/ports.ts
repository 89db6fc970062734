import type { Container, PodTemplate } from '../kube.ts';
import { type Finding, isNumber, type NameField, type Path, valueAt } from '../spec/rules/findings.ts';
import { isPortName } from '../spec/schema/dns.ts';

type Port = NonNullable<Container['ports']>[number];

const TARGET = ['service', 'targetPort'] as const;
const PORT = ['service', 'port'] as const;

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';

/** The TCP ports that a pod template declares: its containers' first, then its sidecars'. */
export function portsOf({ spec }: PodTemplate): Port[] {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? []).filter(isSidecar)];
  return containers.flatMap(({ ports }) => ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP');
}

const isPort = (wanted: unknown, { containerPort, name }: Port): boolean => wanted === containerPort || wanted === name;

/** The Service's port where none is named: the container port behind `targetPort`, else the first that is declared. */
export function defaultPort(template: PodTemplate, targetPort?: unknown): number | undefined {
  const ports = portsOf(template);
  if (targetPort === undefined) return ports[0]?.containerPort;
  return (
    ports.find((port) => isPort(targetPort, port))?.containerPort ??
    (isNumber(targetPort) ? targetPort : ports[0]?.containerPort)
  );
}

/**
 * A target that no container listens on, in a form of any shape. A number passes where the template declares no port at all,
 * as in Kubernetes, for a container may listen without saying so; a name never does.
 */
export function portFindings(form: unknown, template: PodTemplate, nameField: NameField): Finding[] {
  const path: Path = valueAt(form, TARGET) === undefined ? PORT : TARGET;
  const wanted = valueAt(form, path);
  const ports = portsOf(template);
  if (!isWellFormed(wanted) || ports.some((port) => isPort(wanted, port))) return [];
  if (ports.length > 0) {
    const advice = path === PORT ? `; write one of them, or name it by ${nameField(TARGET)}` : '; write one of them';
    return [{ path, message: `is no port of the pod template, which has ${ports.map(portWords).join(', ')}${advice}` }];
  }
  if (isNumber(wanted)) return [];
  return [{ path, message: 'is no port of the pod template, which declares none; write its number, or declare it' }];
}

const isWellFormed = (port: unknown): boolean =>
  typeof port === 'string' ? isPortName(port) : Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;

const portWords = ({ containerPort, name }: Port): string =>
  name === undefined ? `${containerPort}` : `${containerPort} (${name})`;
