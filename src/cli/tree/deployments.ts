import { POD_TEMPLATE_HASH, REVISION } from '../../rollout/keys.ts';
import type { Deployment, Pod, PodTemplate } from '../../rollout/kube.ts';
import { targetName } from '../../rollout/machine/canary.ts';
import { SERVING } from '../../rollout/machine/state.ts';
import { canaryName } from '../../rollout/names.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import { availableReplicas, wantedReplicas } from '../../rollout/workload/rollout-status.ts';
import { ownedBy } from '../../rollout/workload/stable.ts';
import { isMadeFor, titleOf } from '../../rollout/workload/taken-names.ts';
import { revisionOf, sameRevision } from '../../rollout/workload/template.ts';
import { imagesText } from '../images.ts';
import { aligned, type Entry, type Span } from '../outline.ts';
import { deadlineOf, notesOf } from './notes.ts';
import { podsShown } from './pods.ts';
import type { CanarySnapshot } from './snapshot.ts';

/** What a Deployment is for, and what its pods are to run at this moment. */
interface Runs {
  role: 'stable' | 'canary';
  revision: string;
  template: PodTemplate | undefined;
}

/** Stable first. What may not be read is left out: see `hiddenEntries`. */
export function deploymentEntries(seen: CanarySnapshot): Entry[] {
  if (seen.hidden.has('deployments')) return [];
  return [stableEntry(seen), canaryEntry(seen)];
}

function stableEntry(seen: CanarySnapshot): Entry {
  const { deployment, canary } = seen;
  if (deployment === undefined) {
    return {
      cells: [
        { text: `Deployment ${targetName(canary)}` },
        { text: 'stable' },
        { text: 'is not there', colour: 'red' },
      ],
    };
  }
  return deploymentEntry(seen, deployment, stableRuns(seen, deployment));
}

/** Under a hold the template is what is to come; what runs stands in the Canary. */
function stableRuns({ canary }: CanarySnapshot, deployment: Deployment): Runs {
  const { template } = deployment.spec;
  const { stable } = canary.status ?? {};
  if (readHold(deployment).state === 'open') return { role: 'stable', revision: revisionOf(template), template };
  return { role: 'stable', revision: stable?.revision ?? '-', template: stable?.template };
}

function canaryEntry(seen: CanarySnapshot): Entry {
  const { canaryDeployment, canary } = seen;
  const { phase, release } = canary.status ?? {};
  const wanted = phase !== undefined && SERVING.has(phase) && release?.path === 'canary';
  if (canaryDeployment === undefined) {
    const absence: Span = wanted
      ? { text: 'is not there', colour: 'yellow' }
      : { text: 'none: nothing was released by canary yet', colour: 'dim' };
    return { cells: [{ text: `Deployment ${canaryName(targetName(canary))}` }, { text: 'canary' }, absence] };
  }
  if (seen.deployment && !isMadeFor(canaryDeployment, seen.deployment)) {
    const others: Span = { text: "is not Headgate's: no canary can have its name", colour: 'yellow' };
    return { cells: [{ text: titleOf({ kind: 'Deployment', ...canaryDeployment }) }, { text: 'canary' }, others] };
  }
  const revision = canaryDeployment.metadata.annotations?.[REVISION] ?? '-';
  const { template } = canaryDeployment.spec;
  return deploymentEntry(seen, canaryDeployment, { role: 'canary', revision, template });
}

function deploymentEntry(seen: CanarySnapshot, deployment: Deployment, runs: Runs): Entry {
  const pods = seen.pods.filter((pod) => isOf(deployment, pod));
  const atZero = wantedReplicas(deployment) === 0 && pods.length === 0;
  const rest = atZero
    ? [{ text: 'at zero', colour: 'dim' as const }]
    : [availability(deployment), { text: runs.revision }, { text: imagesText(runs.template, seen.wide) }];
  return {
    cells: [{ text: `Deployment ${deployment.metadata.name}` }, { text: runs.role }, ...rest],
    details: [...notesOf(deployment), ...(runs.role === 'canary' ? deadlineOf(seen) : [])],
    entries: podEntries(seen, pods, { deployment, runs }),
  };
}

function availability(deployment: Deployment): Span {
  const [available, wanted] = [availableReplicas(deployment), wantedReplicas(deployment)];
  const lacking = available === 0 ? 'red' : 'yellow';
  return { text: `${available}/${wanted} available`, colour: available >= wanted ? 'green' : lacking };
}

/** By the name that the Deployment controller gives a ReplicaSet, so that the right to read those is not needed. */
function isOf({ metadata: { name } }: Deployment, { metadata }: Pod): boolean {
  const hash = metadata.labels?.[POD_TEMPLATE_HASH];
  return metadata.ownerReferences?.some((owner) => owner.name === `${name}-${hash}`) ?? false;
}

/** All in one list, or, where they are of several templates, by template: what is to run first. */
function podEntries(
  seen: CanarySnapshot,
  pods: readonly Pod[],
  { deployment, runs }: { deployment: Deployment; runs: Runs },
): Entry[] {
  const groups = Map.groupBy(pods, ({ metadata }) => metadata.labels?.[POD_TEMPLATE_HASH] ?? '');
  if (groups.size <= 1) return podsShown(pods, seen);
  const sets = seen.replicaSets.filter((set) => ownedBy(deployment, set));
  const named = [...groups].map(([hash, members]) => {
    const template = sets.find(({ metadata }) => metadata.labels?.[POD_TEMPLATE_HASH] === hash)?.spec.template;
    const isWanted = template !== undefined && runs.template !== undefined && sameRevision(runs.template, template);
    const name = isWanted ? `revision ${runs.revision}` : nameOf(hash, template, runs);
    const cells = [{ text: name }, { text: imagesText(template, seen.wide) }];
    return { isWanted, entry: { cells, entries: podsShown(members, seen) } };
  });
  const sorted = named.toSorted((a, b) => Number(b.isWanted) - Number(a.isWanted));
  return aligned(sorted.map(({ entry }) => entry));
}

/** A canary's template has another label than the one that it was made from: only its present revision is known by name. */
const nameOf = (hash: string, template: PodTemplate | undefined, { role }: Runs): string =>
  role === 'stable' && template !== undefined ? `revision ${revisionOf(template)}` : `template ${hash}`;
