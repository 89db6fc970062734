import { KINDS, type Kind, pathOf } from '../cluster/kinds.ts';
import { CANARY, ENROLLED, ENROLLED_BY, HELD, ROLE, ROLLING } from '../rollout/keys.ts';
import type { Deployment, KubeObject } from '../rollout/kube.ts';
import type { Stable } from '../rollout/machine/state.ts';
import { readHold } from '../rollout/workload/hold.ts';
import { availableReplicas, isObserved, wantedReplicas } from '../rollout/workload/rollout-status.ts';
import { findStable } from '../rollout/workload/stable.ts';
import { sameRevision } from '../rollout/workload/template.ts';
import { madeFor } from '../rollout/workload/workload.ts';
import { type PatchOperation, type RouteWish, readRoute, releaseRoute } from '../traffic/istio.ts';
import type { Remains } from './remains.ts';

/** What is next until nothing of Headgate is left at a Deployment. Each write fails if somebody was there in between. */
export type Step =
  | { do: 'wait'; why: string }
  | { do: 'patch'; what: string; path: string; patch: PatchOperation[] }
  | { do: 'delete'; what: string; path: string; uid: string }
  | { do: 'done' };

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
export function nextStep(seen: Remains, options: StepOptions): Step {
  return (
    backToTheDeployment(seen, options) ?? openGate(seen) ?? takeAway(seen, options) ?? forget(seen) ?? { do: 'done' }
  );
}

function backToTheDeployment(seen: Remains, { hurried }: StepOptions): Step | undefined {
  const { route } = seen;
  if (route?.metadata.labels?.[ROLE] === undefined) return undefined;
  const wish = wishOf(seen);
  const why = readRoute(route, wish).weight === 0 ? undefined : notYet(seen, hurried);
  if (why !== undefined) return { do: 'wait', why };
  const operations = releaseRoute(route, wish);
  return patchOf(KINDS.virtualservices, route, 'all traffic goes to the Deployment', operations);
}

/** Hosts and gateways do not matter for letting go of a route; nor does a Deployment that is gone. */
function wishOf({ deployment, namespace, name }: Remains): RouteWish {
  const metadata = { namespace, name };
  const gone = { metadata, spec: { selector: {}, template: { spec: { containers: [] } } } };
  return { deployment: deployment ?? gone, service: { port: 80, portName: 'http', hosts: [], gateways: [] } };
}

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
  const marks = [HELD, ROLLING, ...own]
    .filter((key) => annotations?.[key] !== undefined)
    .map((key) => remove('annotations', key));
  if (marks.length === 0) return undefined;
  const stable = readHold(deployment).state === 'open' ? undefined : stableOf(deployment, { replicaSets, record });
  const lift = annotations?.[HELD] === undefined ? [] : liftOf(deployment, stable);
  const words =
    lift.length > 0 ? `the hold is lifted; it runs ${stable?.revision ?? 'what it says'}` : 'its state is forgotten';
  return patchOf(KINDS.deployments, deployment, words, [...lift, ...marks]);
}

/** What runs: by its pods, else by the record. */
function stableOf(
  deployment: Deployment,
  { replicaSets, record }: Pick<Remains, 'replicaSets'> & { record: Remains['record'] | undefined },
): Stable | undefined {
  const found = findStable(deployment, replicaSets);
  return found?.available ? found : (record?.status?.stable ?? found);
}

/** The template that runs, and no pause but one that the user had set before the hold. */
function liftOf(deployment: Deployment, stable: Stable | undefined): PatchOperation[] {
  const hold = readHold(deployment);
  const keepPaused = hold.state === 'held' && hold.hold.userPaused === true;
  const { paused, template } = deployment.spec;
  return [
    ...(stable === undefined || sameRevision(stable.template, template)
      ? []
      : [{ op: 'replace' as const, path: '/spec/template', value: stable.template }]),
    ...(paused && !keepPaused ? [{ op: 'remove' as const, path: '/spec/paused' }] : []),
  ];
}

function takeAway(seen: Remains, { drained }: StepOptions): Step | undefined {
  const { canary, canaryService, canaryRule, service, rule } = seen;
  const made = [canary, canaryService, canaryRule].some((object) => isMade(object));
  if (made && !drained) return { do: 'wait', why: 'the route settles' };
  if (isMade(canary)) return deleteOf(KINDS.deployments, canary);
  if (isMade(canaryService)) return deleteOf(KINDS.services, canaryService);
  if (isMade(canaryRule)) return deleteOf(KINDS.destinationrules, canaryRule);
  if (isMade(rule))
    return patchOf(KINDS.destinationrules, rule, 'the DestinationRule is its user’s', [remove('labels', ROLE)]);
  if (isMade(service)) return patchOf(KINDS.services, service, 'the Service is its user’s', [remove('labels', ROLE)]);
  return undefined;
}

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
  path: `/metadata/${place}/${key.replaceAll('/', '~1')}`,
});

function patchOf(kind: Kind, { metadata }: KubeObject, what: string, operations: PatchOperation[]): Step {
  const { namespace, name, resourceVersion } = metadata;
  const test: PatchOperation = { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion };
  return { do: 'patch', what, path: pathOf(kind, namespace, name), patch: [test, ...operations] };
}

function deleteOf(kind: Kind, { metadata: { namespace, name, uid = '' } }: KubeObject): Step {
  return { do: 'delete', what: `${kind.kind} ${name} is deleted`, path: pathOf(kind, namespace, name), uid };
}
