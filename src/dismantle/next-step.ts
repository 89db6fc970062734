import { KINDS } from '../cluster/kinds.ts';
import {
  BYPASS_AT,
  BYPASS_BY,
  BYPASS_SPENT,
  CANARY,
  ENROLLED,
  ENROLLED_BY,
  HELD,
  ROLE,
  ROLLING,
} from '../rollout/keys.ts';
import { type Deployment, type KubeObject, keyOf } from '../rollout/kube.ts';
import type { TrafficWish } from '../rollout/machine/traffic.ts';
import { RECORD_DELETED } from '../rollout/machine/troubles/record-deleted.ts';
import { canaryName, stemOf } from '../rollout/names.ts';
import { type Kind, type ObjectChange, type PatchOperation, pointer } from '../rollout/object-change.ts';
import { pinsTextOf, withPins } from '../rollout/pins/pins.ts';
import type { RouteChoice } from '../rollout/spec/route-choice.ts';
import { adoptedFor } from '../rollout/workload/adopted-for.ts';
import { madeFor } from '../rollout/workload/generated.ts';
import { readHold, writeHold } from '../rollout/workload/hold.ts';
import { availableReplicas, isObserved, isRolledOut, wantedReplicas } from '../rollout/workload/rollout-status.ts';
import { findStable, type Stable } from '../rollout/workload/stable.ts';
import { sameRevision } from '../rollout/workload/template.ts';
import type { TrafficObjects, TrafficProvider } from '../traffic/provider.ts';
import type { Remains } from './remains.ts';

/** What is next until nothing of Headgate is left at a Deployment. Each write fails if somebody was there in between. */
export type Step = { do: 'wait'; why: string } | { do: 'write'; what: string; change: ObjectChange } | { do: 'done' };

export interface StepOptions {
  /** The canary's pods may go: no proxy has a route to them any more. */
  drained: boolean;
  /** Do not wait for all of the Deployment's pods; one that serves is enough. */
  hurried: boolean;
}

/**
 * In this order, so that traffic always has pods that serve: the route back to the Deployment, the gate open with the
 * running version's template, then what was made for the canary. What users know by its name stays, as theirs. The label by
 * which the Deployment is found goes late: who is cut off comes again.
 */
export function nextStep(seen: Remains, provider: TrafficProvider, options: StepOptions): Step {
  return (
    backToTheDeployment(seen, provider, options) ??
    openGate(seen) ??
    takeAway(seen, provider, options) ??
    forget(seen) ?? { do: 'done' }
  );
}

/**
 * The same for a Deployment that stays enrolled, while the Canary is gone by which it is released: the gate stays shut, and
 * what is held has a verdict before anything else happens.
 */
export const abandonedStep = (seen: Remains, provider: TrafficProvider, options: StepOptions): Step =>
  giveVerdict(seen) ??
  backToTheDeployment(seen, provider, options) ??
  takeAway(seen, provider, options) ?? { do: 'done' };

function giveVerdict({ deployment }: Remains): Step | undefined {
  if (deployment === undefined) return undefined;
  const reading = readHold(deployment);
  if (reading.state !== 'held' || reading.hold.verdict !== undefined) return undefined;
  const value = writeHold({ ...reading.hold, verdict: 'failed', reason: RECORD_DELETED });
  const operation = { op: 'replace' as const, path: pointer('metadata', 'annotations', HELD), value };
  return patchOf(KINDS.deployments, deployment, 'the verdict is at the gate', [operation]);
}

/** Whether a route is still Headgate's, so that something may be sent to the canary. */
export const isRouted = (seen: Remains, provider: TrafficProvider): boolean =>
  provider.release(seen.traffic, wishOf(seen)).length > 0;

function backToTheDeployment(seen: Remains, provider: TrafficProvider, { hurried }: StepOptions): Step | undefined {
  const wish = wishOf(seen);
  const [change] = provider.release(seen.traffic, wish);
  if (change === undefined) return undefined;
  const { route } = provider.read(seen.traffic, wish);
  const why = route?.weight === 0 ? undefined : notYet(seen, hurried);
  if (why !== undefined) return { do: 'wait', why };
  return { do: 'write', what: 'all traffic goes to the Deployment', change };
}

/** Hosts and gateways do not matter for letting go of a route; nor does a Deployment that is gone. */
function wishOf({ deployment, canaryService, namespace, name, clusterDomain, traffic }: Remains): TrafficWish {
  const metadata = { namespace, name };
  const gone = { metadata, spec: { selector: {}, template: { spec: { containers: [] } } } };
  const canary = canaryService?.metadata.name ?? canaryName(name);
  const routes = markedRoutes(traffic, keyOf({ metadata }));
  return {
    hosts: { stable: stemOf(canary), canary },
    clusterDomain,
    deployment: deployment ?? gone,
    service: { portName: 'http', hosts: [], gateways: [], ...(routes.length > 0 && { routes }) },
  };
}

/** The settings may be gone that named the routes: their marks tell. */
const markedRoutes = (traffic: TrafficObjects, key: string): RouteChoice[] =>
  traffic
    .filter((object) => adoptedFor(object)[key] !== undefined)
    .map(({ metadata: { namespace, name } }) => ({ name, ...(namespace !== undefined && { namespace }) }));

/** Why the Deployment cannot take the canary's part of the traffic now. */
function notYet({ deployment, canary, name }: Remains, hurried: boolean): string | undefined {
  if (deployment === undefined || availableReplicas(canary) === 0) return undefined;
  const wanted = wantedReplicas(deployment);
  const available = availableReplicas(deployment);
  if (available >= wanted && isObserved(deployment)) return undefined;
  if (hurried && available > 0) return undefined;
  return `only ${available} of ${wanted} pods of ${name} are available, and its canary serves`;
}

/** One write: template, pause, all state, and an opt-in that Headgate wrote. */
function openGate({ deployment, replicaSets, record }: Remains): Step | undefined {
  if (deployment === undefined) return undefined;
  const { annotations } = deployment.metadata;
  const own = annotations?.[ENROLLED_BY] === undefined ? [] : [CANARY, ENROLLED_BY];
  const marks = [HELD, ROLLING, BYPASS_BY, BYPASS_AT, BYPASS_SPENT, ...own]
    .filter((key) => annotations?.[key] !== undefined)
    .map((key) => remove('annotations', key));
  const isPinned = pinsTextOf(deployment.spec.template) !== '';
  if (marks.length === 0 && !isPinned) return undefined;
  const stable = readHold(deployment).state === 'open' ? undefined : stableOf(deployment, { replicaSets, record });
  const isHeld = annotations?.[HELD] !== undefined;
  const lift = isHeld || isPinned ? liftOf(deployment, stable) : [];
  return patchOf(KINDS.deployments, deployment, openingWords({ isHeld, isPinned, stable }), [...lift, ...marks]);
}

function openingWords({
  isHeld,
  isPinned,
  stable,
}: {
  isHeld: boolean;
  isPinned: boolean;
  stable: Stable | undefined;
}) {
  if (isHeld) return `the hold is lifted; it runs ${stable?.revision ?? 'what it says'}`;
  return isPinned ? 'its pods run on what its ConfigMaps and Secrets say' : 'its state is forgotten';
}

/** What runs: by its pods, else by the record. */
function stableOf(
  deployment: Deployment,
  { replicaSets, record }: Pick<Remains, 'replicaSets'> & { record: Remains['record'] | undefined },
): Stable | undefined {
  const found = findStable(deployment, replicaSets);
  return found?.available ? found : (record?.status?.stable ?? found);
}

/** The template that runs, without pins, and no pause but one that the user had set before the hold. */
function liftOf(deployment: Deployment, stable: Stable | undefined): PatchOperation[] {
  const hold = readHold(deployment);
  const keepPaused = hold.state === 'open' || (hold.state === 'held' && hold.hold.userPaused === true);
  const { paused, template } = deployment.spec;
  const running = stable === undefined || sameRevision(stable.template, template) ? template : stable.template;
  const left = pinsTextOf(running) === '' ? running : withPins(running, '');
  return [
    ...(left === template ? [] : [{ op: 'replace' as const, path: '/spec/template', value: left }]),
    ...(paused && !keepPaused ? [{ op: 'remove' as const, path: '/spec/paused' }] : []),
  ];
}

function takeAway(seen: Remains, provider: TrafficProvider, { drained, hurried }: StepOptions): Step | undefined {
  const { canary, budget, canaryService, service } = seen;
  const [change] = provider
    .cleanUp(seen.traffic, wishOf(seen))
    .filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  const made = isMade(canary) || isMade(canaryService) || change?.do === 'delete';
  if (made && !drained) return { do: 'wait', why: 'the route settles' };
  if (isMade(canary)) return deleteOf(KINDS.deployments, canary);
  if (isMade(budget)) return deleteOf(KINDS.poddisruptionbudgets, budget);
  if (isMade(canaryService)) return deleteOf(KINDS.services, canaryService);
  if (change !== undefined) return { do: 'write', what: wordsOf(change), change };
  if (isMade(service)) return patchOf(KINDS.services, service, 'the Service is its user’s', [remove('labels', ROLE)]);
  return withoutSnapshots(seen, hurried);
}

/** When no pod runs on them any more; who is in a hurry leaves them to go with their Deployment. */
function withoutSnapshots({ deployment, snapshots }: Remains, hurried: boolean): Step | undefined {
  const [snapshot] = snapshots.filter(isMade);
  if (snapshot === undefined || hurried) return undefined;
  if (deployment !== undefined && !isRolledOut(deployment))
    return { do: 'wait', why: `pods of ${deployment.metadata.name} still run on snapshots` };
  return deleteOf(snapshot.kind === 'Secret' ? KINDS.secrets : KINDS.configmaps, snapshot);
}

const wordsOf = ({ do: what, kind, object }: ObjectChange): string =>
  what === 'delete' ? `${kind.kind} ${object.metadata.name} is deleted` : `the ${kind.kind} is its user’s`;

/** A record that somebody wrote stays theirs. */
function forget({ deployment, record }: Remains): Step | undefined {
  if (deployment?.metadata.labels?.[ENROLLED] !== undefined)
    return patchOf(KINDS.deployments, deployment, 'Headgate is off', [remove('labels', ENROLLED)]);
  return record !== undefined && madeFor(record) !== undefined ? deleteOf(KINDS.canaries, record) : undefined;
}

/** Not on its way out, and Headgate's. */
const isMade = <T extends KubeObject>(object: T | undefined): object is T =>
  object?.metadata.labels?.[ROLE] !== undefined && object.metadata.deletionTimestamp === undefined;

const remove = (place: 'annotations' | 'labels', key: string): PatchOperation => ({
  op: 'remove',
  path: pointer('metadata', place, key),
});

const patchOf = (kind: Kind, object: KubeObject, what: string, operations: PatchOperation[]): Step => ({
  do: 'write',
  what,
  change: { do: 'patch', kind, object, operations },
});

function deleteOf(kind: Kind, object: KubeObject): Step {
  const change = { do: 'delete', kind, object } as const;
  return { do: 'write', what: wordsOf(change), change };
}
