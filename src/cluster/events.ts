import { createHash } from 'node:crypto';
import type { KubeObject } from '../rollout/kube.ts';
import type { KubeClient } from './client.ts';
import { isAlreadyExists } from './errors.ts';
import { KINDS, pathOf } from './kinds.ts';

/** What `kubectl describe` shows under an object: one line of its story. */
export interface EventFact {
  /** The object, as far as an Event names it. */
  regarding: { apiVersion: string; kind: string; namespace: string; name: string; uid: string };
  /** Identifies the fact among those of the object: the same id is the same Event. */
  id: string;
  type: 'Normal' | 'Warning';
  /** A constant in UpperCamel. */
  reason: string;
  message: string;
  /** When it happened, in milliseconds since 1970. */
  at: number;
}

export type EventOutcome = 'recorded' | 'repeated' | 'failed';

const COMPONENT = 'headgate';
const LONGEST_MESSAGE = 1_024;
const LONGEST_NAME = 253;

/**
 * Posts the fact as an Event beside its object. Telling a fact again is harmless. Never throws: an Event that cannot be
 * written must not hold up a release.
 */
export async function recordEvent(
  client: Pick<KubeClient, 'create'>,
  fact: EventFact,
  onError?: (error: unknown) => void,
): Promise<EventOutcome> {
  try {
    await client.create(pathOf(KINDS.events, fact.regarding.namespace), eventOf(fact));
    return 'recorded';
  } catch (error) {
    if (isAlreadyExists(error)) return 'repeated';
    onError?.(error);
    return 'failed';
  }
}

/** The core/v1 Event of a fact; its name follows from the object's uid and the fact's id. */
export function eventOf({ regarding, id, type, reason, message, at }: EventFact): KubeObject {
  const hash = createHash('sha256').update(`${regarding.uid}/${id}`).digest('hex').slice(0, 16);
  const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${regarding.name.slice(0, LONGEST_NAME - hash.length - 1)}.${hash}`,
      namespace: regarding.namespace,
    },
    involvedObject: regarding,
    type,
    reason,
    message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message,
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
  };
}
