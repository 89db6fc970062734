import { isDeepStrictEqual } from 'node:util';
import type { Effect } from '../../src/rollout/machine/effects.ts';
import { canAdvance, isKnown, type Source } from '../../src/rollout/machine/sources.ts';
import { ms, type Phase } from '../../src/rollout/machine/state.ts';
import { readHold } from '../../src/rollout/workload/hold.ts';
import { readyReplicas } from '../../src/rollout/workload/rollout-status.ts';
import { usersRules } from '../../src/traffic/istio/destination-rules.ts';
import type { Simulation } from '../simulation.ts';
import { decided, type Round, SETTLE_MS } from './scheduler.ts';
import { wishOf } from './wish.ts';

/** What must never happen, whatever the world does: a check answers with what is wrong. */
type Check = (round: Round, simulation: Simulation) => string | undefined;

/** Checks every round of a simulation from now on; faults are added to the list that it gives back. */
export function watch(simulation: Simulation): string[] {
  const faults: string[] = [];
  const before = simulation.ticker.onRound;
  simulation.ticker.onRound = (round) => {
    before(round);
    for (const [claim, check] of Object.entries(CHECKS)) {
      const fault = check(round, simulation);
      if (fault !== undefined) faults.push(`${clock(round)} ${claim}: ${fault}`);
    }
  };
  return faults;
}

const clock = ({ now }: Round): string => new Date(now).toISOString().slice(14, 23);

const succeeded = ({ done }: Round): Effect[] =>
  done.filter(({ error }) => error === undefined).map(({ effect }) => effect);

function find<V extends Effect['do']>(round: Round, verb: V): Extract<Effect, { do: V }> | undefined {
  return succeeded(round).find((effect): effect is Extract<Effect, { do: V }> => effect.do === verb);
}

/** The gate that a round goes through. */
function gatePassed({ before, decision: { state } }: Round): string | undefined {
  const [was, is] = [before?.release, state.release];
  if (!was || !is || was.startedAt !== is.startedAt || is.path !== 'canary') return undefined;
  if (before?.phase === 'Waiting' && state.phase === 'Progressing') return 'confirm-rollout';
  if (before?.phase !== 'Progressing') return undefined;
  // Whose roll-out was refused has been let through before.
  if (state.phase === 'Promoting') return was.refusal === undefined ? 'confirm-promotion' : undefined;
  return is.weight > was.weight ? 'confirm-traffic-increase' : undefined;
}

const CHECKS: Record<string, Check> = {
  'the weights of the route sum to 100': (_round, { cluster }) => {
    const weights =
      cluster.route?.spec.http?.flatMap(({ route = [] }) => route.map(({ weight = 100 }) => weight)) ?? [];
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const fine = weights.length === 0 || (sum === 100 && weights.every((weight) => weight >= 0));
    return fine ? undefined : weights.join(' + ');
  },

  'a failed revision is never promoted': (round, { ticker }) => {
    const { release } = round.decision.state;
    if (find(round, 'liftHold') === undefined || release?.path !== 'canary') return undefined;
    const { hold } = round.seen;
    if (hold.state === 'held' && hold.hold.verdict !== undefined) return `the verdict was: ${hold.hold.reason}`;
    if (release.failedChecks < ticker.spec.analysis.threshold) return undefined;
    return `${release.failedChecks} failed checks`;
  },

  'no more weight goes to a canary that is not ready': (round) => {
    const { canary, route } = round.seen;
    const weight = find(round, 'setRoute')?.weight ?? 0;
    if (weight <= (route?.weight ?? 0)) return undefined;
    const wanted = round.decision.state.release?.replicas ?? 0;
    return readyReplicas(canary) >= wanted ? undefined : `${readyReplicas(canary)} of ${wanted} pods for ${weight}%`;
  },

  'no more weight goes to pods that the Service does not list': (round, { cluster }) => {
    const weight = find(round, 'setRoute')?.weight ?? 0;
    if (weight <= (round.seen.route?.weight ?? 0)) return undefined;
    const [listed, wanted] = [cluster.endpoints().length, round.decision.state.release?.replicas ?? 0];
    return listed >= wanted ? undefined : `${listed} of ${wanted} endpoints for ${weight}%`;
  },

  'no more weight goes to a canary that is reached in another way than the stable': (round, { ticker, cluster }) => {
    if ((find(round, 'setRoute')?.weight ?? 0) <= (round.seen.route?.weight ?? 0)) return undefined;
    const rules = [...cluster.rules.values()];
    const users = usersRules(rules, wishOf(cluster, ticker.spec)).stable;
    const policy = users?.spec.trafficPolicy ?? ticker.spec.service.trafficPolicy;
    const [rule] = rules.filter(({ spec }) => spec.host === 'podinfo-canary');
    return isDeepStrictEqual(rule?.spec.trafficPolicy, policy) ? undefined : JSON.stringify(rule?.spec.trafficPolicy);
  },

  'no step is taken early': ({ before, decision, now, seen, traffic }, { ticker }) => {
    const [was, is] = [before?.release, decision.state.release];
    if (!before || !was || !is || is.startedAt !== was.startedAt || was.weight === 0 || is.weight <= was.weight)
      return undefined;
    if (isCommanded(seen.command?.id, before, decision.state)) return undefined;
    if (before.phase !== 'Progressing') return `raised in ${before.phase}`;
    const dwell = now - Math.max(ms(was.weightSince ?? decision.state.since), traffic.since);
    return dwell >= ticker.spec.analysis.intervalMs ? undefined : `${dwell} ms at ${was.weight}%`;
  },

  'no step and no promotion without the approval that it needs': (round, { ticker }) => {
    const { before, decision, seen } = round;
    const gate = gatePassed(round);
    if (gate === undefined || !before || isCommanded(seen.command?.id, before, decision.state)) return undefined;
    if (gate === 'confirm-promotion' && isOrdered(decision.state)) return undefined;
    const asked = ticker.spec.analysis.webhooks.filter(({ type }) => type === gate);
    const agreed = seen.answers?.filter(({ id, outcome }) => id.includes(` ${gate} `) && outcome === 'passed') ?? [];
    // Who waits for a place is approved: it was asked before it came to stand in line.
    const { reason, approvals = [] } = before.release ?? {};
    const earlier =
      reason === 'WaitingForPlace' ? approvals.find((approval) => approval.gate === gate)?.hooks : undefined;
    const count = Math.max(agreed.length, earlier?.length ?? 0);
    return count >= asked.length ? undefined : `${count} of ${asked.length} for ${gate}`;
  },

  'no promotion before the last weight was held': ({ before, decision, now, seen, traffic }, { ticker }) => {
    if (decision.state.phase !== 'Promoting' || before?.phase !== 'Progressing') return undefined;
    if (decision.state.release?.path !== 'canary' || isCommanded(seen.command?.id, before, decision.state))
      return undefined;
    const dwell = now - traffic.since;
    const { skipAnalysis, analysis } = ticker.spec;
    const isUnanalysed = skipAnalysis || isOrdered(decision.state);
    // Until every proxy knows it.
    const wanted = isUnanalysed ? SETTLE_MS : analysis.intervalMs;
    return dwell >= wanted ? undefined : `${dwell} ms at ${traffic.weight}%`;
  },

  'pods go only when no traffic reaches them': (round) => {
    const {
      seen: { canary },
      traffic,
      now,
    } = round;
    const scaled = find(round, 'scaleCanary');
    const taken =
      (scaled && scaled.replicas < (canary?.spec.replicas ?? 0)) || find(round, 'replaceCanary') !== undefined;
    if (!taken || readyReplicas(canary) === 0) return undefined;
    if (!isKnown(round.seen, 'routes')) return 'it is not known where the routes lead';
    if (round.seen.route === undefined) return undefined;
    if (traffic.weight > 0) return `the route has ${traffic.weight}%`;
    const drained = now - traffic.since;
    return drained >= SETTLE_MS ? undefined : `${drained} ms after the last traffic`;
  },

  'no more weight, and no open gate, while what it depends on is unknown': (round) => {
    const { before, seen, decision } = round;
    if (canAdvance(seen)) return undefined;
    const weight = find(round, 'setRoute')?.weight ?? 0;
    if (weight > (seen.route?.weight ?? 0)) return `${weight}%`;
    const wanted = decision.state.release?.weight ?? 0;
    if (wanted > 0 && wanted > (before?.release?.weight ?? 0)) return `${wanted}% is decided`;
    const isOpened = before?.phase !== 'Promoting' && decision.state.phase === 'Promoting';
    return isOpened && decision.state.release?.path === 'canary' ? 'it is promoted' : undefined;
  },

  'nothing is made or deleted because what is unknown looked absent': (round) => {
    const fault = succeeded(round).find((effect) => !isKnown(round.seen, ...(MADE_BY[effect.do] ?? [])));
    const isMade = find(round, 'setRoute')?.version === undefined && find(round, 'setRoute') !== undefined;
    return fault?.do ?? (isMade && !isKnown(round.seen, 'routes') ? 'a route' : undefined);
  },

  'an abort waits for nothing': ({ before, seen, decision }) => {
    const { command } = seen;
    if (
      command === undefined ||
      'problem' in command ||
      command.action !== 'abort' ||
      before?.command?.id === command.id
    )
      return undefined;
    if (before === undefined || !CAN_ABORT.has(before.phase) || decision.state.command?.id === command.id)
      return undefined;
    return decision.state.release?.revision === before.release?.revision ? `in ${before.phase}` : undefined;
  },

  'the verdict comes first, then traffic, then pods': ({ done }) => {
    const order = done.map(({ effect }) => ORDER[effect.do] ?? 0).filter((rank) => rank > 0);
    return isDeepStrictEqual(
      order,
      order.toSorted((a, b) => a - b),
    )
      ? undefined
      : done.map(({ effect }) => effect.do).join();
  },

  'nothing is told that did not change the record': ({ committed, decision }) => {
    const { facts } = decision;
    return committed || facts.length === 0 ? undefined : facts.map(({ message }) => message).join('; ');
  },

  'the same situation gives the same answer': ({ before, seen, now, decision, self }, { ticker }) => {
    const again = decided({ spec: ticker.spec, state: before, seen, now, self });
    return isDeepStrictEqual(again, decision) ? undefined : 'it does not';
  },

  'a wake lies in the future': ({ decision, now }) => {
    const { wakeAt } = decision;
    return wakeAt === undefined || wakeAt > now ? undefined : `${now - wakeAt} ms ago`;
  },

  'what runs is known while a revision is held': ({ decision: { state }, seen }) => {
    const { hold, replicaSets = [], deployment } = seen;
    if (hold.state !== 'held' || state.stable !== undefined || replicaSets.length === 0) return undefined;
    return `of ${deployment.metadata.name}`;
  },

  'a failed release ends with its verdict at the gate': ({ decision: { state }, before }, { cluster }) => {
    if (state.phase !== 'Failed' || before?.phase === 'Failed') return undefined;
    const hold = readHold(cluster.deployment);
    return hold.state !== 'held' || hold.hold.verdict === 'failed' ? undefined : 'there is none';
  },
};

const ORDER: Partial<Record<Effect['do'], number>> = {
  writeHold: 1,
  liftHold: 1,
  setRoute: 2,
  scaleCanary: 3,
  replaceCanary: 3,
};

/** What has to be known before something is made, or deleted. */
const MADE_BY: Partial<Record<Effect['do'], readonly Source[]>> = {
  createService: ['services'],
  replaceService: ['services'],
  changeTraffic: ['services', 'routes', 'rules'],
  createCanary: ['services', 'routes', 'rules', 'names'],
  replaceCanary: ['routes'],
  createReplicaSet: ['replicaSets'],
  changeBudget: ['budget'],
  changeAutoscaler: ['autoscaler'],
  deleteReplicaSet: ['replicaSets'],
};

const CAN_ABORT: ReadonlySet<Phase> = new Set(['Waiting', 'Progressing', 'Paused']);

/** Somebody has said to promote it. */
const isOrdered = ({ release }: Round['decision']['state']): boolean => release?.decidedBy?.action === 'promote';

const isCommanded = (id: string | undefined, before: Round['before'], after: Round['decision']['state']): boolean =>
  id !== undefined && before?.command?.id !== id && after.command?.id === id;
