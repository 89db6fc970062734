import type { Service } from '../../../rollout/kube.ts';
import { serviceHost } from './host.ts';
import type { MeshObjects } from './objects.ts';

export interface ServicePort {
  port: number;
  name?: string;
  protocol?: string;
  appProtocol?: string;
}

/** The Service of a full host name. */
export const serviceAt = (host: string, objects: MeshObjects): Service | undefined =>
  objects.services.find((service) => serviceHost(service, objects) === host);

export const servicePorts = ({ spec }: Service): readonly ServicePort[] => (spec.ports ?? []) as ServicePort[];

/** The port of a number. A number may be one TCP and one UDP port; routes know only the former. */
export function portAt(service: Service, number: number): ServicePort | undefined {
  const found = servicePorts(service).filter(({ port }) => port === number);
  return found.find(({ protocol }) => protocol !== 'UDP') ?? found[0];
}

export const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None';

export const externalNameOf = ({ spec }: Service): string | undefined =>
  spec.type === 'ExternalName' && typeof spec.externalName === 'string' ? spec.externalName : undefined;

export const hasSelector = ({ spec }: Service): boolean => Object.keys(spec.selector ?? {}).length > 0;

/** A Service's ports for a person: `port 80 (http) and 9090`. */
export function portWords(service: Service): string {
  const words = servicePorts(service).map(({ port, name, protocol }) => {
    const notes = [name, protocol === 'UDP' ? 'UDP' : undefined].filter((note) => note !== undefined);
    return notes.length === 0 ? `${port}` : `${port} (${notes.join(', ')})`;
  });
  const last = words.pop();
  if (last === undefined) return 'no port';
  return words.length === 0 ? `only port ${last}` : `ports ${words.join(', ')} and ${last}`;
}
