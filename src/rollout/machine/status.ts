import type { Condition } from '../kube.ts';
import type { RolloutSpec } from '../spec/spec-types.ts';
import type { TrafficObstacle } from '../workload/traffic-obstacle.ts';
import { floorOf } from './floor.ts';
import type { ConfigPinned } from './pins/config-pinned.ts';
import { isRouteUnseen, type UnknownSource, unknownWords } from './sources.ts';
import { PHASES, type Phase, type Release, type RolloutState, type Time } from './state.ts';
import { weightPlan } from './steps.ts';
import type { RouteReading } from './traffic.ts';
import { refusalShown } from './troubles/refused-roll-out.ts';

/** `Canary.status`: the state, and beside it what people and tools read of it. */
export interface CanaryStatus extends Omit<RolloutState, 'phase' | 'since'> {
  observedGeneration?: number;
  phase: Phase;
  /** Percent of the traffic that the route gives to the canary, as observed. */
  canaryWeight: number;
  /** Steps of the plan that were taken, `3/5`. */
  step: string;
  failedChecks: number;
  /** The pods that no autoscaler may take from the Deployment; left out where none are kept (floor.ts). */
  floor?: number;
  /** The revision under release, else the one that runs. */
  revision: string;
  lastTransitionTime: Time;
  conditions: Condition[];
}

interface ViewInput {
  state: RolloutState;
  spec: RolloutSpec | undefined;
  route: RouteReading | undefined;
  /** Sources of which nothing is known. */
  unknown?: readonly UnknownSource[] | undefined;
  /** Whether promotion stops the pods that run before it starts others; the plan of weights depends on it. */
  stopsPodsFirst: boolean;
  generation: number | undefined;
  before: Partial<CanaryStatus> | undefined;
  /** What is wrong with the spec, if it cannot be followed. */
  invalid?: string;
  /** Why there is no route, where one is wanted without a release. */
  unrouted?: TrafficObstacle;
  /** Whether what runs keeps its content. */
  pinned?: ConfigPinned | undefined;
  /** What of the routes gets no weights. */
  undivided?: string | undefined;
}

/** The whole status to be written. Conditions keep the time of their last change. */
export function statusOf(view: ViewInput): CanaryStatus {
  const { state, spec, stopsPodsFirst, generation } = view;
  const { phase, since, release, stable } = state;
  const plan = weightPlan(spec?.analysis.weights ?? [], stopsPodsFirst);
  const weight = observedWeight(view);
  const floor = floorOf(state);
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    canaryWeight: weight,
    step: `${stepsTaken(release, plan, weight)}/${plan.length}`,
    failedChecks: release?.failedChecks ?? 0,
    ...(floor !== undefined && { floor }),
    revision: release?.revision ?? stable?.revision ?? '',
    lastTransitionTime: since,
    conditions: conditionsOf(view),
    ...remembered(state),
  };
}

/** A route that cannot be read has what it was last seen with. */
function observedWeight(view: ViewInput): number {
  return (isRouteUnseen(view) ? view.before?.canaryWeight : view.route?.weight) ?? 0;
}

function stepsTaken(release: Release | undefined, plan: readonly number[], weight: number): number {
  const through = release?.outcome === 'succeeded' && release.path !== 'withdrawn';
  return through ? plan.length : plan.filter((entry) => entry <= weight).length;
}

/** What the state has besides its phase, and only that. */
function remembered(state: Partial<RolloutState>): Omit<RolloutState, 'phase' | 'since'> {
  const { stable, previous, release, unpinnedPods, outbox = [], history = [] } = state;
  return {
    ...(stable && { stable }),
    ...(previous && { previous }),
    ...(release && { release }),
    ...marks(state),
    ...(unpinnedPods && { unpinnedPods }),
    ...(outbox.length > 0 && { outbox }),
    ...(history.length > 0 && { history }),
  };
}

/** What was asked for, done or told once. */
function marks({ command, bypassExpiry, declinedPins, pinning, restoring, told }: Partial<RolloutState>) {
  return {
    ...(command && { command }),
    ...(bypassExpiry && { bypassExpiry }),
    ...(declinedPins !== undefined && { declinedPins }),
    ...(pinning && { pinning }),
    ...(restoring && { restoring }),
    ...(told !== undefined && { told }),
  };
}

/** The state as it was persisted; undefined if there is none yet, or it is not Headgate's. */
export function stateOf(status: Partial<CanaryStatus> | undefined): RolloutState | undefined {
  if (status?.phase === undefined || !PHASES.includes(status.phase)) return undefined;
  const { phase, lastTransitionTime } = status;
  return { phase, since: lastTransitionTime ?? new Date(0).toISOString(), ...remembered(status) };
}

type Verdict = Record<'Ready' | 'Reconciling' | 'Stalled', boolean>;

/** kstatus: exactly one of Ready, Reconciling and Stalled is what a tool should act on. */
const VERDICT: Record<Phase, Verdict> = {
  Initialized: { Ready: true, Reconciling: false, Stalled: false },
  Waiting: { Ready: false, Reconciling: true, Stalled: false },
  Progressing: { Ready: false, Reconciling: true, Stalled: false },
  Paused: { Ready: false, Reconciling: true, Stalled: false },
  Promoting: { Ready: false, Reconciling: true, Stalled: false },
  Stalled: { Ready: false, Reconciling: false, Stalled: true },
  Finalising: { Ready: false, Reconciling: true, Stalled: false },
  Succeeded: { Ready: true, Reconciling: false, Stalled: false },
  Failed: { Ready: false, Reconciling: false, Stalled: true },
};

interface Refused {
  before: Partial<CanaryStatus> | undefined;
  generation: number | undefined;
  /** One word, and a sentence with what to do. */
  reason: string;
  message: string;
  at: Time;
}

/** The status of a Canary whose Deployment is not enrolled for it; what is remembered of releases stays. */
export function refusedStatus({ before, generation, reason, message, at }: Refused): Partial<CanaryStatus> {
  const verdict = { Ready: false, Reconciling: false, Stalled: true, Enrolled: false };
  const { floor: _floor, ...rest } = before ?? {};
  return {
    ...rest,
    ...(generation !== undefined && { observedGeneration: generation }),
    conditions: written(verdict, { reason, message, generation, before, since: at }),
  };
}

const MESSAGE: Record<Phase, string> = {
  Initialized: 'Nothing is held; the next change of the pod template is released by canary.',
  Waiting: 'A revision is held and waits.',
  Progressing: 'A revision is held; its canary is analysed.',
  Paused: 'The release is paused at its weight.',
  Promoting: 'The revision rolls out to all pods.',
  Stalled: 'The roll-out of the promoted revision does not finish.',
  Finalising: 'Traffic goes back to the Deployment and the canary to zero.',
  Succeeded: 'The revision runs on all pods.',
  Failed: 'The revision is held back; the version before runs.',
};

const messageOf = ({ phase, release }: RolloutState): string =>
  phase === 'Progressing' && release?.weight === 0 ? 'A revision is held; its canary gets ready.' : MESSAGE[phase];

function conditionsOf(view: ViewInput): Condition[] {
  const { state, generation, before, invalid, unrouted, undivided, pinned } = view;
  const { phase, since, release } = state;
  const verdict: Verdict = invalid === undefined ? VERDICT[phase] : { Ready: false, Reconciling: false, Stalled: true };
  const told = refusalShown(state) ?? release;
  const reason = invalid === undefined ? (told?.reason ?? phase) : 'InvalidSpec';
  const message = invalid ?? told?.message ?? messageOf(state);
  const telling = { generation, before, since };
  return [
    ...written(verdict, { ...telling, reason, message }),
    ...written({ Enrolled: true }, { ...telling, reason: 'Enrolled', message: ENROLLED_MESSAGE }),
    ...(release?.policyGap === undefined ? [] : gapCondition(release, release.policyGap, telling)),
    ...autoscalerConditions(release, telling),
    ...(pinned === undefined ? [] : pinnedCondition(pinned, telling)),
    ...(unrouted === undefined ? [] : written({ RouteMissing: true }, { ...telling, ...unrouted })),
    ...(undivided === undefined ? [] : undividedCondition(undivided, telling)),
    ...unknownCondition(view, telling),
  ];
}

/** It is there only while it is true: a release that finds no gap has none. */
const gapCondition = (
  { startedAt }: Release,
  gap: string,
  telling: Pick<Telling, 'before' | 'generation'>,
): Condition[] => written({ PolicyGap: true }, { ...telling, since: startedAt, reason: 'PolicyGap', message: gap });

/** It is there only while it is true; with several gaps it has the reason of the first. */
function autoscalerConditions(
  release: Release | undefined,
  telling: Pick<Telling, 'before' | 'generation'>,
): Condition[] {
  const gaps = release?.autoscaler?.gaps ?? [];
  const [first] = gaps;
  if (release === undefined || first === undefined) return [];
  const message = gaps.map((gap) => gap.message).join('. ');
  return written({ AutoscalerGap: true }, { ...telling, since: release.startedAt, reason: first.reason, message });
}
const pinnedCondition = (
  { holds, ...words }: ConfigPinned,
  telling: Pick<Telling, 'before' | 'generation' | 'since'>,
): Condition[] => written({ ConfigPinned: holds }, { ...telling, ...words });

/** It lasts as long as the rules are there, and hinders nothing. */
const undividedCondition = (message: string, telling: Pick<Telling, 'before' | 'generation' | 'since'>): Condition[] =>
  written({ RulesUndivided: true }, { ...telling, reason: 'NotHTTP', message });

/** It is there only while something is not known. */
function unknownCondition(view: ViewInput, telling: Omit<Telling, 'reason' | 'message'>): Condition[] {
  const words = unknownWords(view);
  if (words === undefined) return [];
  const message = `Not known: ${words}. Until it is, the canary gets no more weight; what goes toward the running version goes on.`;
  return written({ ObservationIncomplete: true }, { ...telling, reason: 'SourceUnknown', message });
}

const ENROLLED_MESSAGE = 'The gate is shut: a change of the pod template is released by canary.';

interface Telling extends Pick<Refused, 'before' | 'generation' | 'reason' | 'message'> {
  /** For those that changed. */
  since: Time;
}

const written = (verdict: Record<string, boolean>, { before, generation, since, ...words }: Telling): Condition[] =>
  Object.entries(verdict).map(([type, holds]) => {
    const status = holds ? 'True' : 'False';
    const old = before?.conditions?.find((condition) => condition.type === type);
    const lastTransitionTime = old?.status === status && old.lastTransitionTime ? old.lastTransitionTime : since;
    const observed = generation === undefined ? {} : { observedGeneration: generation };
    return { type, status, ...words, lastTransitionTime, ...observed };
  });
