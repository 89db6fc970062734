import { ROLE } from '../rollout/keys.ts';
import type { Deployment, KubeObject } from '../rollout/kube.ts';
import { canaryName } from '../rollout/names.ts';
import { isRecord, valueAt } from '../rollout/spec/rules/findings.ts';
import type { Problem } from '../rollout/spec/spec-types.ts';
import { isMadeFor, leadsToCanary, titleOf } from '../rollout/workload/taken-names.ts';
import type { SourceObject } from './documents.ts';

/** What Headgate makes under the name of the canary, whatever the settings. */
const NAMED: ReadonlySet<unknown> = new Set(['apps Deployment', ' Service']);

/** Objects of the files that stand where the canary of a Deployment would: its releases would wait for ever. */
export function takenNameProblems(deployment: Deployment, objects: readonly SourceObject[]): Problem[] {
  const { name, namespace } = deployment.metadata;
  const inTheWay = objects.filter(
    ({ value }) =>
      NAMED.has(kindOf(value)) &&
      valueAt(value, ['metadata', 'name']) === canaryName(name) &&
      valueAt(value, ['metadata', 'namespace']) === namespace &&
      !isGenerated(value, deployment) &&
      !isForCanary(value, deployment),
  );
  return inTheWay.map(({ place, value }) => ({
    key: 'metadata.name',
    value: name,
    message: `has its canary under the name ${canaryName(name)}, and ${titleOf(value as KubeObject)} (${place}) is not Headgate's; give that another name, or no release starts`,
  }));
}

const kindOf = ({ apiVersion, kind }: SourceObject['value']): string => {
  const [group = ''] = String(apiVersion).includes('/') ? String(apiVersion).split('/') : [];
  return `${group} ${String(kind)}`;
};

/** A Service that was written for the canary, by any label that may tell it apart: it is used. */
const isForCanary = (value: SourceObject['value'], deployment: Deployment): boolean =>
  isRecord(value['spec']) &&
  Object.keys(deployment.spec.selector.matchLabels ?? {}).some((label) =>
    leadsToCanary(value as unknown as KubeObject, deployment, label),
  );

/** Files may hold anything: what is no list of owners is none. */
const isGenerated = (value: SourceObject['value'], deployment: Deployment): boolean =>
  valueAt(value, ['metadata', 'labels', ROLE]) !== undefined &&
  Array.isArray(valueAt(value, ['metadata', 'ownerReferences'])) &&
  isMadeFor(value as unknown as KubeObject, deployment);
