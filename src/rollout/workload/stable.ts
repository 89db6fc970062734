import { POD_TEMPLATE_HASH } from '../keys.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../kube.ts';
import { revisionOf, sameRevision } from './template.ts';

/** What the stable pods run. */
export interface Stable {
  revision: string;
  /** The template as the Deployment had it, so that it can be restored. */
  template: PodTemplate;
  /** Whether a pod of it was ever available: otherwise there is nothing to protect. */
  available: boolean;
}

/** By which the Deployment controller numbers ReplicaSets, and says which is the Deployment's. */
export const REVISION_NUMBER = 'deployment.kubernetes.io/revision';

/** Whether the Deployment controller counts the ReplicaSet to this Deployment, by uid. */
export const ownedBy = (owner: Deployment, set: ReplicaSet): boolean =>
  set.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;

/** No pods are wanted, and none are left. */
export const isEmpty = ({ spec, status }: ReplicaSet): boolean =>
  (spec.replicas ?? 0) === 0 && (status?.replicas ?? 0) === 0;

const available = ({ status }: ReplicaSet): number => status?.availableReplicas ?? 0;
const pods = ({ status }: ReplicaSet): number => status?.replicas ?? 0;
const numberOf = ({ metadata }: ReplicaSet): number => Number(metadata.annotations?.[REVISION_NUMBER] ?? 0);

/** The template of a ReplicaSet as its Deployment had it. */
export function podTemplateOf(set: ReplicaSet): PodTemplate {
  const { metadata, spec } = set.spec.template;
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = metadata?.labels ?? {};
  return { metadata: { ...metadata, labels }, spec };
}

/** The ReplicaSet that runs a template, among those of the Deployment. */
export const findReplicaSet = (template: PodTemplate, sets: readonly ReplicaSet[]): ReplicaSet | undefined =>
  sets.find((set) => sameRevision(set.spec.template, template));

/**
 * What runs under a hold, where no record says it: of the Deployment's ReplicaSets the one with most available pods, then
 * with most pods, then the one that the Deployment controller numbered last; never an empty one with the held template.
 */
export function findStable(deployment: Deployment, sets: readonly ReplicaSet[]): Stable | undefined {
  const candidates = sets
    .filter((set) => ownedBy(deployment, set))
    .filter((set) => !isEmpty(set) || !sameRevision(set.spec.template, deployment.spec.template))
    .toSorted((a, b) => available(b) - available(a) || pods(b) - pods(a) || numberOf(b) - numberOf(a));
  const [running] = candidates;
  if (running === undefined) return undefined;
  const template = podTemplateOf(running);
  return { revision: revisionOf(template), template, available: available(running) > 0 };
}

/**
 * Empty ReplicaSets of other revisions that the Deployment controller would scale up in the place of the stable one when a
 * held Deployment is scaled to zero and back: it takes the one with the Deployment's own template, else the newest.
 */
export function staleReplicaSets(deployment: Deployment, stable: Stable, sets: readonly ReplicaSet[]): ReplicaSet[] {
  const own = sets.filter((set) => ownedBy(deployment, set));
  const running = findReplicaSet(stable.template, own);
  if (running === undefined) return [];
  const createdAt = running.metadata.creationTimestamp ?? '';
  return own.filter(
    (set) =>
      set !== running &&
      isEmpty(set) &&
      (sameRevision(set.spec.template, deployment.spec.template) ||
        (set.metadata.creationTimestamp ?? '') >= createdAt),
  );
}
