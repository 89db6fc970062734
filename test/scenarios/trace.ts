import { REVISION } from '../../src/rollout/keys.ts';
import type { Deployment, PodTemplate } from '../../src/rollout/kube.ts';
import type { Effect } from '../../src/rollout/machine/effects.ts';
import type { ObjectChange } from '../../src/rollout/object-change.ts';
import { readHold } from '../../src/rollout/workload/hold.ts';
import type { DestinationRule } from '../../src/traffic/istio/reach/objects.ts';
import { START } from '../build.ts';
import type { Round } from '../simulation/scheduler.ts';
import type { Simulation } from '../simulation.ts';

/**
 * What happened in a simulation, for a reviewer to read: what people did, and each round of a tick that had consequences,
 * with the state after it, its facts (!) and its effects (>; x where one failed). Revisions are printed as image tags.
 */
export class Trace {
  readonly #lines: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.name(simulation.cluster.deployment);
    simulation.ticker.hookRunner.onAsk = ({ name, type }) =>
      this.#lines.push(`${this.#clock()} ?? ${type} hook ${name}`);
    const before = simulation.ticker.onRound;
    simulation.ticker.onRound = (round) => {
      before(round);
      this.#round(round);
    };
  }

  /** Learns the tag of a revision. */
  name(object: Deployment): void {
    this.#names.set(...this.#simulation.tagOf(object));
  }

  said(words: string): void {
    this.#lines.push(`${this.#clock()} -- ${words}`);
  }

  #round({ before, decision, committed, seen, done }: Round): void {
    this.name(seen.deployment);
    if (!committed && done.length === 0 && decision.facts.length === 0) return;
    const { phase, release } = decision.state;
    const weight = release ? ` ${release.weight}%` : '';
    const moved = before?.phase === phase ? '' : ' *';
    this.#lines.push(`${this.#clock()} ${phase}${moved}${weight} (${this.#world(seen)})`);
    for (const { reason, message } of decision.facts) this.#lines.push(`        ! ${reason}: ${message}`);
    for (const { effect, error } of done) {
      this.#lines.push(
        `        ${error === undefined ? '>' : 'x'} ${wordsOf(effect)}${error === undefined ? '' : `: ${error}`}`,
      );
    }
  }

  /** As it was observed. */
  #world({ route, canary, deployment, hold }: Round['seen']): string {
    const gate = hold.state === 'held' ? `held${hold.hold.verdict ? ` ${hold.hold.verdict}` : ''}` : hold.state;
    const at = route === undefined ? 'no route' : `route ${route.weight ?? '?'}${route.stale ? ' stale' : ''}`;
    const there = canary ? `canary ${pods(canary)}` : 'no canary';
    return `${gate}, ${at}, ${there}, stable ${pods(deployment)}`;
  }

  #clock(): string {
    return ((this.#simulation.now - START) / 1_000).toFixed(2).padEnd(7);
  }

  /** Ends with where it stands, and what the scheduler asked of the API server. */
  text(): string {
    const { state, ticker, cluster } = this.#simulation;
    const { commits, writes, reads } = ticker.requests;
    const stable = state.stable?.revision ?? 'none';
    const end = `${this.#clock()} == ${state.phase}, stable ${stable}, template ${this.#simulation.tagOf()[1]}, ${readHold(cluster.deployment).state}`;
    const total = `${commits + writes + reads} requests: ${commits} commits, ${writes} writes, ${reads} reads`;
    return `${[...this.#lines, end, `        ${total}`].map((line) => this.#named(line)).join('\n')}\n`;
  }

  #named(line: string): string {
    return line.replaceAll(/\b[0-9a-f]{10}\b/g, (hash) => this.#names.get(hash) ?? hash);
  }
}

const pods = ({ spec, status }: Deployment): string => `${status?.availableReplicas ?? 0}/${spec.replicas ?? 1}`;
const revisionOf = ({ metadata }: Deployment): string => metadata.annotations?.[REVISION] ?? '';

const annotationChange = ([key, text]: [string, string | undefined]): string =>
  text === undefined ? `${key}-` : `${key}=${JSON.stringify(text)}`;

const imageOf = ({ spec }: PodTemplate): string => spec.containers[0]?.image ?? '';

const liftWords = ({ keepPaused, rolling = '' }: Extract<Effect, { do: 'liftHold' }>): string =>
  `liftHold${keepPaused ? ', stays paused' : ''} ${rolling}`.trimEnd();

function wordsOf(effect: Effect): string {
  if ('change' in effect) return CHANGES[effect.do](effect.change);
  if ('replicaSet' in effect) return `${effect.do} ${effect.replicaSet.metadata.name}`;
  if ('snapshot' in effect) return `${effect.do} ${effect.snapshot.name}`;
  switch (effect.do) {
    case 'liftHold':
      return liftWords(effect);
    case 'writeHold':
    case 'holdAgain':
      return `${effect.do} ${effect.text}`;
    case 'restoreTemplate':
    case 'rollBack':
      return `${effect.do} ${imageOf(effect.template)}`;
    case 'annotate':
      return `annotate ${Object.entries(effect.annotations).map(annotationChange).join(' ')}`;
    case 'createService':
      return `createService ${effect.service.metadata.name}`;
    case 'replaceService':
      return `replaceService ${effect.wanted.metadata.name}`;
    case 'setRoute':
      return `setRoute ${effect.weight}`;
    case 'markRoute':
      return `markRoute ${effect.fence}`;
    case 'createCanary':
      return `createCanary ${revisionOf(effect.deployment)} x${effect.deployment.spec.replicas}`;
    case 'replaceCanary':
      return `replaceCanary ${revisionOf(effect.existing)} by ${revisionOf(effect.wanted)} x${effect.wanted.spec.replicas}`;
    case 'scaleCanary':
      return `scaleCanary ${effect.replicas}`;
    case 'pinTemplate':
      return `pinTemplate ${effect.hold ?? 'at once'}`;
  }
}

/** A change of the canary's autoscaler, with the bounds that it asks for. */
function autoscalerOf(change: ObjectChange): string {
  const words = `changeAutoscaler ${change.do} ${change.object.metadata.name}`;
  if (change.do === 'delete') return words;
  const spec = change.do === 'create' ? change.object['spec'] : change.operations.at(-1)?.value;
  const { minReplicas, maxReplicas } = spec as Record<string, number>;
  return `${words} ${minReplicas}..${maxReplicas}`;
}

const CHANGES: Record<Extract<Effect, { change: object }>['do'], (change: ObjectChange) => string> = {
  changeTraffic: changeOf,
  changeBudget: (change) => `changeBudget ${change.do} ${change.object.metadata.name}`,
  changeAutoscaler: autoscalerOf,
};

/** A change of a rule, with the policy that it asks for. */
function changeOf(change: ObjectChange): string {
  const words = `changeTraffic ${change.do} ${change.object.metadata.name}`;
  if (change.do === 'delete') return words;
  const spec = change.do === 'create' ? change.object['spec'] : change.operations[0]?.value;
  return `${words} ${JSON.stringify((spec as DestinationRule['spec']).trafficPolicy)}`;
}
