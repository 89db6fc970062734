import { isCanaryReady, isDrained, runsRevision, servesBoth } from './canary-pods.ts';
import type { Effect } from './effects.ts';
import { writeHold, writeRolling } from './hold.ts';
import { BYPASS, ROLLING } from './keys.ts';
import type { ReplicaSet } from './kube.ts';
import { wantedReplicas } from './rollout-status.ts';
import type { Releasing, Situation } from './situation.ts';
import { isEmpty, ownedBy, setOf, usurpers } from './stable.ts';
import { ACTIVE, ms, SERVING } from './state.ts';
import { canaryDeployment, replicaSetOf, serviceFor } from './workload.ts';

/**
 * What makes the world match a committed state: derived from the state and what was seen, never from what was just decided,
 * so that a crash after the commit is repaired by the next tick. In order: the hold, then traffic, then pods.
 */
export function ensure(s: Situation): Effect[] {
  const { release } = s.state;
  const effects = [...ensureServices(s)];
  if (release === undefined) return [...effects, ...ensureIdleRoute(s), ...ensureNoCanary(s)];
  const releasing: Releasing = { ...s, state: { ...s.state, release } };
  return [
    ...ensureHold(releasing),
    ...effects,
    ...ensureRoute(releasing),
    ...ensureCanary(releasing),
    ...ensureReplicaSets(releasing),
    ...ensureTidy(releasing),
  ];
}

function ensureHold(s: Releasing): Effect[] {
  const { hold, deployment, revision } = s.seen;
  const { release, phase, stable } = s.state;
  if (hold.state !== 'held') return [];
  const keepPaused = hold.hold.userPaused === true;
  if (phase === 'Promoting' && release.revert === revision && stable) {
    return [{ do: 'restoreTemplate', deployment, held: hold.raw, template: stable.template, keepPaused }];
  }
  const lifting = phase === 'Promoting' || phase === 'Stalled';
  if (release.revision !== revision || (lifting && release.path === 'canary' && hold.hold.verdict)) return [];
  const text = writeHold(wantedHold(s, hold.hold));
  if (text !== hold.raw) return [{ do: 'writeHold', deployment, held: hold.raw, text }];
  return lifting ? [liftOf(s, hold.raw, keepPaused)] : [];
}

/** The hold as the state wants it: the revision that is really there, and the verdict of a failed release. */
function wantedHold(
  { state: { phase, release }, seen: { revision } }: Releasing,
  hold: Parameters<typeof writeHold>[0],
) {
  const { verdict: _verdict, reason: _reason, ...rest } = hold;
  const failed = release.outcome === 'failed' && (phase === 'Finalising' || phase === 'Failed');
  return { ...rest, revision, ...(failed && { verdict: 'failed' as const, reason: release.message ?? 'failed' }) };
}

function liftOf(
  { state: { stable, release }, seen: { deployment } }: Releasing,
  held: string,
  keepPaused: boolean,
): Effect {
  const moves = stable !== undefined && stable.revision !== release.revision;
  const rolling = moves ? { rolling: writeRolling({ from: stable.revision, to: release.revision }) } : {};
  return { do: 'liftHold', deployment, held, keepPaused, ...rolling };
}

function ensureServices({ seen: { services, deployment }, spec, label }: Situation): Effect[] {
  const effects: Effect[] = [];
  if (!services.stable) effects.push({ do: 'createService', service: serviceFor(deployment, spec.service) });
  if (!services.canary) effects.push({ do: 'createService', service: serviceFor(deployment, spec.service, { label }) });
  return effects;
}

const setRoute = (weight: number, resourceVersion: string | undefined): Effect => ({
  do: 'setRoute',
  weight,
  ...(resourceVersion !== undefined && { resourceVersion }),
});

const ensureIdleRoute = ({ seen: { route } }: Situation): Effect[] =>
  route?.unusable || (route?.weight === 0 && !route.stale) ? [] : [setRoute(0, route?.resourceVersion)];

/** A canary that no record tells of (somebody deleted it): to zero, a settling time after the first look. */
function ensureNoCanary({ state, seen: { canary, route }, now, settleMs }: Situation): Effect[] {
  if (canary === undefined || (canary.spec.replicas ?? 1) === 0) return [];
  const drained = route === undefined || (route.weight === 0 && now - ms(state.since) >= settleMs);
  return drained ? [{ do: 'scaleCanary', existing: canary, replicas: 0 }] : [];
}

/** More weight only onto ready pods; less at once. */
function ensureRoute(s: Releasing): Effect[] {
  const { route } = s.seen;
  const { release, phase } = s.state;
  const serving = SERVING.has(phase) || phase === 'Finalising';
  const wanted = serving ? release.weight : 0;
  const present = route?.weight;
  if (route?.unusable) return [];
  if (present === wanted) return route?.stale ? [setRoute(wanted, route.resourceVersion)] : [];
  const rises = present === undefined || wanted > present;
  if (rises && wanted > 0 && !isCanaryReady(s))
    return present === undefined ? [setRoute(0, route?.resourceVersion)] : [];
  return [setRoute(wanted, route?.resourceVersion)];
}

function ensureCanary(s: Releasing): Effect[] {
  const { canary, deployment } = s.seen;
  const { release, phase } = s.state;
  if (!SERVING.has(phase) || release.path !== 'canary') return ensureGone(s);
  if (phase === 'Promoting' || phase === 'Stalled') return [];
  const { revision, requestedBy, replicas } = release;
  if (revision !== s.seen.revision) return [];
  const wanted = () => canaryDeployment(deployment, { revision, requestedBy, replicas, label: s.label });
  if (servesBoth(s) && !runsRevision(canary, revision)) return [];
  if (canary === undefined) return [{ do: 'createCanary', deployment: wanted() }];
  if (!runsRevision(canary, revision)) {
    return isDrained(s) ? [{ do: 'replaceCanary', existing: canary, wanted: wanted() }] : [];
  }
  const { replicas: present = 1 } = canary.spec;
  const fits = replicas === present || (replicas < present && !isDrained(s));
  return fits ? [] : [{ do: 'scaleCanary', existing: canary, replicas }];
}

/** No canary is wanted: to zero, once no traffic reaches it. A direct lift keeps its pods until the roll-out is done. */
function ensureGone(s: Releasing): Effect[] {
  const { canary } = s.seen;
  const { phase } = s.state;
  if (canary === undefined || (canary.spec.replicas ?? 1) === 0 || !isDrained(s)) return [];
  return phase === 'Promoting' || phase === 'Stalled' ? [] : [{ do: 'scaleCanary', existing: canary, replicas: 0 }];
}

const deleteSet = (replicaSet: ReplicaSet): Effect => ({ do: 'deleteReplicaSet', replicaSet });

/**
 * While held, only the stable ReplicaSet may have pods: empty ones that the Deployment controller would prefer are deleted;
 * a stable one that somebody deleted comes back, and what took its place goes when it is available. One that lost its place
 * while nobody looked (a Deployment scaled to zero and back) comes back in the same way.
 */
function ensureReplicaSets({
  state: { stable, release, phase },
  seen: { hold, deployment, replicaSets },
}: Releasing): Effect[] {
  if (hold.state !== 'held' || stable === undefined || replicaSets === undefined) return [];
  if (release.path !== 'canary' || !(ACTIVE.has(phase) || phase === 'Failed')) return [];
  const own = replicaSets.filter((set) => ownedBy(deployment, set));
  const running = setOf(stable.template, own);
  if (running === undefined)
    return [{ do: 'createReplicaSet', replicaSet: replicaSetOf(deployment, stable.template, stable.revision) }];
  const restored = running.metadata.name === replicaSetOf(deployment, stable.template, stable.revision).metadata.name;
  const intruders = own.filter((set) => set !== running && !isEmpty(set));
  const displaced = isEmpty(running) && intruders.length > 0 && wantedReplicas(deployment) > 0;
  if (displaced) return [deleteSet(running)];
  // The Deployment controller shares its pods between the two until one is gone: what it leaves to this one is all of it.
  const full = !isEmpty(running) && (running.status?.availableReplicas ?? 0) >= (running.spec.replicas ?? 0);
  return [...usurpers(deployment, stable, own), ...(restored && full ? intruders : [])].map(deleteSet);
}

/** What was for one roll-out only goes with it; a bypass that is written later is for the next one. */
function ensureTidy({ state: { phase, release }, seen: { deployment, hold } }: Releasing): Effect[] {
  if (hold.state !== 'open' || phase === 'Promoting' || phase === 'Stalled') return [];
  const annotations = deployment.metadata.annotations ?? {};
  const ending = phase === 'Finalising' && release.outcome === 'succeeded';
  const present = [ROLLING, ...(ending ? [BYPASS] : [])].filter((key) => annotations[key] !== undefined);
  return present.length > 0 ? [{ do: 'clearAnnotations', deployment, keys: present }] : [];
}
