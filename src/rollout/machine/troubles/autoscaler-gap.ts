import type { Deployment } from '../../kube.ts';
import { canaryName } from '../../names.ts';
import type { AutoscalerRef } from '../../spec/spec-types.ts';
import {
  AUTOSCALERS,
  isGenerated,
  otherTarget,
  type TurnedAutoscaler,
  turnedAutoscaler,
} from '../../workload/autoscaler/canary-autoscaler.ts';
import { type CanaryNames, canaryNames } from '../../workload/autoscaler/canary-names.ts';
import { stableLabelOf } from '../../workload/pod-selectors.ts';
import type { AutoscalerGap, AutoscalerReading, ReleaseAutoscaler } from '../autoscaler.ts';
import { type Fact, fact } from '../facts.ts';
import { type Next, type Releasing, type Situation, updateRelease } from '../situation.ts';
import { type Release, SERVING } from '../state.ts';

/** By what metrics may know the stable pods. */
function namesOf({ seen: { deployment, service }, label }: Situation): CanaryNames {
  const { name } = deployment.metadata;
  const reached = service.is === 'found' ? service.service.metadata.name : name;
  return canaryNames([name, reached, stableLabelOf(deployment, label).value]);
}

/** The autoscaler of the stable Deployment as the canary's; undefined where there is none that can be turned. */
export function turnedFor(s: Situation): TurnedAutoscaler | undefined {
  const { autoscaler, deployment } = s.seen;
  if (autoscaler?.named.is !== 'found') return undefined;
  const named = autoscaler.named.autoscaler;
  if (otherTarget(named, deployment) !== undefined) return undefined;
  const turned = turnedAutoscaler(named, namesOf(s));
  return turned.isUsable ? turned : undefined;
}

/** What a release remembers of the autoscaler that its settings name; nothing before that was read. */
export function autoscalerFindings(s: Situation): Pick<Release, 'autoscaler'> {
  const { autoscaler } = s.seen;
  if (autoscaler === undefined) return {};
  const gaps = canaryGaps(autoscaler, s.seen.deployment, namesOf(s));
  return { autoscaler: { ...autoscaler.ref, gaps: [...gaps, ...floorGaps(autoscaler)] } };
}

/** What became known of it in mid-release: it could not be read before, was named since, or the canary's was refused. */
export function autoscalerRead(s: Releasing): Next | undefined {
  const { release, phase } = s.state;
  if (release.path !== 'canary' || !SERVING.has(phase)) return undefined;
  const known = release.autoscaler ?? autoscalerFindings(s).autoscaler;
  if (known === undefined) return undefined;
  const gaps = [...known.gaps, ...refusedGaps(s, known)];
  if (release.autoscaler !== undefined && gaps.length === known.gaps.length) return undefined;
  const told = gaps.filter((gap) => !release.autoscaler?.gaps.includes(gap));
  return updateRelease(s, { autoscaler: { ...known, gaps } }, ...factsOf(release, told));
}

function refusedGaps(
  { seen: { autoscaler, deployment } }: Releasing,
  { kind, gaps }: ReleaseAutoscaler,
): AutoscalerGap[] {
  const { refused } = autoscaler ?? {};
  if (refused === undefined || gaps.some(({ reason }) => reason === 'AutoscalerRefused')) return [];
  const message = `The API server does not accept ${kind} ${canaryName(deployment.metadata.name)}: ${refused}. So far ${FOLLOWS}`;
  return [{ reason: 'AutoscalerRefused', message }];
}

/** To be told once, when a release has found them. */
export const autoscalerFacts = (release: Release): Fact[] => factsOf(release, release.autoscaler?.gaps ?? []);

const factsOf = ({ revision }: Release, gaps: readonly AutoscalerGap[]): Fact[] =>
  gaps.map(({ reason, message }) => fact(reason, message, revision));

/** Without an autoscaler of its own the canary has the size that its weight needs, as long as it follows the stable pods. */
const FOLLOWS = 'the canary follows the size of the Deployment, as without one';

/** What of the autoscaler that is named the canary has to go without. @param names by which metrics may know the stable pods */
export function canaryGaps(
  { ref, named, canarys }: Omit<AutoscalerReading, 'isFloorKept'>,
  deployment: Deployment,
  names: CanaryNames,
): AutoscalerGap[] {
  const title = `${ref.kind} ${ref.name}`;
  const { name } = deployment.metadata;
  if (named.is !== 'found') return [UNREAD[named.is](ref, title)];
  const other = otherTarget(named.autoscaler, deployment);
  if (other !== undefined) {
    const message = `${title} scales ${other} and not Deployment ${name}: ${FOLLOWS}. Name the one that scales it`;
    return [{ reason: 'AutoscalerMismatch', message }];
  }
  if (canarys !== undefined && !isGenerated(canarys)) {
    const message = `${ref.kind} ${canaryName(name)} is not Headgate's, and is left alone: ${FOLLOWS}. Delete it, or give it another name`;
    return [{ reason: 'AutoscalerNameTaken', message }];
  }
  return leftGaps(turnedAutoscaler(named.autoscaler, names), title);
}

/** The one that is named is not known. */
const UNREAD = {
  absent: (_ref: AutoscalerRef, title: string): AutoscalerGap => ({
    reason: 'AutoscalerNotFound',
    message: `There is no ${title} in this namespace: ${FOLLOWS}. Create it, or name another`,
  }),
  forbidden: ({ kind }: AutoscalerRef, title: string): AutoscalerGap => {
    const { plural, group } = AUTOSCALERS[kind];
    return {
      reason: 'AutoscalerForbidden',
      message: `The scheduler may not read ${title}: ${FOLLOWS}. Let its account get, create, patch and delete ${plural}.${group} in this namespace`,
    };
  },
};

/** @param title of the one that scales the Deployment */
function leftGaps({ left, isUsable }: TurnedAutoscaler, title: string): AutoscalerGap[] {
  if (left.length === 0) return [];
  const what = `These of ${title} measure stable and canary together, as nothing in them names the one or the other: ${left.join(', ')}`;
  const outcome = isUsable ? "The canary's autoscaler goes without them" : `Nothing else is left: ${FOLLOWS}`;
  return [{ reason: 'AutoscalerNotTurned', message: `${what}. ${outcome}` }];
}

const floorGaps = ({ ref, isFloorKept }: AutoscalerReading): AutoscalerGap[] =>
  isFloorKept === false
    ? [
        {
          reason: 'FloorNotKept',
          message: `The policy headgate-floor is not installed: ${ref.kind} ${ref.name} may shrink the Deployment while its canary has traffic, and what comes back at a rollback finds too few pods. Install the chart with floor.enabled`,
        },
      ]
    : [];
