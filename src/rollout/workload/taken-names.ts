import { ROLE } from '../keys.ts';
import type { Deployment, KubeObject, Service } from '../kube.ts';
import type { ObjectChange } from '../object-change.ts';
import { selects } from './label-selector.ts';
import { stableLabelOf, suffixLabels } from './pod-selectors.ts';

/**
 * Names that Headgate gives to its objects, and under which there are others'. Nothing of those is changed, and no release
 * starts beside them.
 */

/** Whether Headgate made an object, for this very Deployment. In files there are no uids: there the name says for which. */
export function isMadeFor({ metadata }: KubeObject, deployment: Deployment): boolean {
  const { name, uid } = deployment.metadata;
  const isIt = (owner: { kind: string; name: string; uid?: string }): boolean =>
    owner.kind === 'Deployment' && owner.name === name && (owner.uid || uid) === (uid || owner.uid);
  return metadata.labels?.[ROLE] !== undefined && (metadata.ownerReferences ?? []).some(isIt);
}

/**
 * Whether an object is a Service that leads to the canary's pods and to no stable one: whoever wrote it, it is as good as
 * Headgate's. @param label the selector label that gets the suffix
 */
export function leadsToCanary(object: KubeObject, deployment: Deployment, label: string): object is Service {
  if (object.kind !== 'Service') return false;
  const selector = (object as Service).spec.selector ?? {};
  const labels = suffixLabels(deployment.spec.template.metadata?.labels, stableLabelOf(deployment, label));
  return selector[label] !== undefined && selects({ matchLabels: selector }, labels);
}

/** Users' objects that stand where some changes would create one. @param present all that there is of these kinds */
export function takenBy(changes: readonly ObjectChange[], present: readonly KubeObject[]): KubeObject[] {
  const created = changes.filter((change) => change.do === 'create');
  return present.filter(({ kind, metadata }) =>
    created.some(({ kind: wanted, object }) => wanted.kind === kind && isSameName(object.metadata, metadata)),
  );
}

const isSameName = (a: KubeObject['metadata'], b: KubeObject['metadata']): boolean =>
  a.name === b.name && a.namespace === b.namespace;

/** What is in the way, whose it is, and what to do, for a person. */
export function takenWords(objects: readonly KubeObject[]): string {
  const found = objects.map((object) => `${titleOf(object)} is not Headgate's (${whose(object)})`).join(', and ');
  const [them, they] = objects.length === 1 ? ['it', 'it is'] : ['them', 'they are'];
  return `${found}; nothing of ${them} is changed. Delete ${them} or give ${them} another name: the canary starts when ${they} gone`;
}

/** `Deployment podinfo-canary` */
export const titleOf = ({ kind = 'object', metadata }: KubeObject): string => `${kind} ${metadata.name}`;

/** As much as an object says itself. */
function whose({ metadata }: KubeObject): string {
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  if (labels[ROLE] !== undefined) return leftBehind(ownerReferences[0]);
  const release = annotations['meta.helm.sh/release-name'];
  const app = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0] ?? labels['argocd.argoproj.io/instance'];
  const manager = labels['app.kubernetes.io/managed-by'];
  const writer = writerOf(metadata['managedFields']);
  const words = [
    ...ownerReferences.slice(0, 1).map(({ kind, name }) => `it belongs to ${kind} ${name}`),
    ...(app === undefined ? [] : [`it is of the Argo CD application ${app}`]),
    ...(release === undefined ? [] : [`it is of the Helm release ${release}`]),
    ...(manager === undefined || release !== undefined ? [] : [`it is managed by ${manager}`]),
    ...(writer === undefined ? [] : [`it was written by ${writer}`]),
  ];
  return words.length > 0 ? words.join(', ') : 'it does not say whose it is';
}

/** Headgate's label stands on it, but it was made for no Deployment that is there. */
const leftBehind = (owner: { kind: string; name: string } | undefined): string =>
  owner === undefined
    ? 'it has its label and no owner, as what is left of a Deployment that was deleted'
    : `it was made for another ${owner.kind} ${owner.name}, and goes when that is gone`;

interface FieldManager {
  manager?: string;
  subresource?: string;
}

/** Who wrote an object first, by its fields: whoever writes its status or its size later is not whose it is. */
function writerOf(managedFields: unknown): string | undefined {
  const managers: FieldManager[] = Array.isArray(managedFields) ? managedFields : [];
  return managers.find(({ manager, subresource }) => manager && !subresource)?.manager;
}
