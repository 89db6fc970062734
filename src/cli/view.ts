import type { Canary } from '../rollout/machine/canary.ts';
import { type Action, readCommand } from '../rollout/machine/commands/command-annotation.ts';
import { ACTIVE, type Awaiting, type Phase } from '../rollout/machine/state.ts';
import { pinsOf } from '../rollout/pins/pins.ts';
import { decidedText } from './text/decided-text.ts';

/** What a person wants to know of a Canary, complete. */
export interface View {
  namespace: string;
  name: string;
  /** Undefined until the scheduler has looked at it. */
  phase: Phase | undefined;
  /** Percent that the canary is to get. */
  weight: number;
  /** Percent that the route gives it. */
  routed: number;
  step: string;
  failedChecks: number;
  /** The revision under release, else the one that runs; empty until the scheduler has looked. */
  revision: string;
  /** What the stable pods run; empty when it is not known. */
  stable: string;
  /** Copies of ConfigMaps and Secrets that those run on, or that they run on none; empty where there is nothing to tell. */
  content: string;
  /** What ran before the last promotion. */
  previous: string;
  /** What `revert` replaced by the running version. */
  reverted: string;
  requestedBy: string;
  /** Who let it pass, or ended it; empty where its analysis alone decides. */
  decided: string;
  /** Why it is where it is: one word, and a sentence. */
  reason: string;
  message: string;
  /** A command that was given and not taken up yet. */
  asked: Action | undefined;
  /** The approval that it waits for. */
  awaiting: Awaiting | undefined;
  /** A release is under way. */
  underWay: boolean;
  /** False once the scheduler has said that the Deployment is not gated for it; the message says why. */
  enrolled: boolean;
  /** Nothing is under way and nothing is wrong. */
  ready: boolean;
  since: string | undefined;
  startedAt: string | undefined;
  created: string | undefined;
}

/** Complete also for a Canary without a status. */
export function viewOf({ metadata, status = {} }: Canary): View {
  const { phase, canaryWeight = 0 } = status;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    phase,
    weight: askedOf(status) ?? canaryWeight,
    routed: canaryWeight,
    step: status.step ?? '',
    failedChecks: status.failedChecks ?? 0,
    since: status.lastTransitionTime,
    startedAt: status.release?.startedAt,
    created: metadata.creationTimestamp,
    underWay: isUnderWay(status),
    awaiting: isUnderWay(status) ? status.release?.awaiting : undefined,
    asked: askedFor(metadata.annotations, status),
    ...revisionsOf(status),
    content: contentOf(status),
    ...readinessOf(status),
  };
}

type Status = NonNullable<Canary['status']>;

function askedFor(annotations: Record<string, string> | undefined, { command }: Status): Action | undefined {
  const given = readCommand(annotations);
  return given && 'action' in given && given.id !== command?.id ? given.action : undefined;
}

const isUnderWay = ({ phase }: Status): boolean => phase !== undefined && ACTIVE.has(phase);

/** Once a release is over, nothing is asked for any more. */
const askedOf = (status: Status): number | undefined => (isUnderWay(status) ? status.release?.weight : undefined);

const revisionsOf = ({ revision = '', release, stable, previous }: Status) => ({
  revision: release?.revision ?? revision,
  requestedBy: release?.requestedBy ?? '',
  decided: release === undefined ? '' : decidedText(release),
  stable: stable?.revision ?? '',
  previous: previous?.revision ?? '',
  reverted: release?.revert ?? '',
});

function contentOf({ conditions = [], stable }: Status): string {
  const pinned = conditions.find(({ type }) => type === 'ConfigPinned');
  if (pinned === undefined) return '';
  const names = stable === undefined ? [] : [...pinsOf(stable.template).values()];
  return names.length > 0 ? `pinned to ${names.join(', ')}` : 'not pinned';
}

function readinessOf({ phase, conditions = [] }: Status) {
  const verdict = conditions.find(({ type }) => type === 'Ready');
  return {
    enrolled: !conditions.some(({ type, status }) => type === 'Enrolled' && status === 'False'),
    ready: verdict ? verdict.status === 'True' : phase === 'Initialized' || phase === 'Succeeded',
    reason: verdict?.reason ?? '',
    message: verdict?.message ?? '',
  };
}

export const pathName = ({ namespace, name }: Pick<View, 'namespace' | 'name'>): string => `${namespace}/${name}`;
