import type { Deployment } from '../rollout/kube.ts';
import { readAnnotations } from '../rollout/spec/annotations/annotations.ts';
import { selectorLabelOf } from '../rollout/workload/selector-label.ts';
import { stableService } from '../rollout/workload/services.ts';
import * as messages from './messages.ts';

/** What a release of a Deployment takes, as far as the Deployment itself says. */
export interface Taking {
  /** The Service that is named. */
  service?: string;
  /** Of the Service that would be made, for a person. */
  port?: string;
  /** The selector label that gets the canary's suffix. */
  label: string;
}

/**
 * For who enrols a Deployment: which Service, port and label are taken. It follows from the request alone: a look into the
 * cluster would make each answer wait for another, and `headgate validate` and the Canary's conditions say it all.
 */
export function takingWords(deployment: Deployment): string[] {
  const reading = readAnnotations(deployment);
  if (reading.optedIn === 'canary') return [messages.takenByCanary(deployment.metadata, reading.canaryName)];
  if (reading.optedIn !== 'true' || !reading.outcome.ok) return [];
  const { value } = reading.outcome;
  const label = selectorLabelOf(deployment, value);
  if (!label.ok) return [];
  const { name: service, port } = value.service;
  const [made] = port === undefined ? [] : (stableService(deployment, value.service).spec.ports ?? []);
  const words = made && `port ${made.port} (${made.name})`;
  return [
    messages.taken(deployment.metadata, {
      label: label.label,
      ...(service !== undefined && { service }),
      ...(words !== undefined && { port: words }),
    }),
  ];
}
