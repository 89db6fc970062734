import { ROLE } from '../../rollout/keys.ts';
import type { Deployment, KubeObject } from '../../rollout/kube.ts';
import { canaryName } from '../../rollout/names.ts';
import { valueAt } from '../../rollout/spec/rules/findings.ts';
import type { Problem } from '../../rollout/spec/spec-types.ts';
import { isMadeFor, titleOf } from '../../rollout/workload/taken-names.ts';
import type { SourceObject } from '../documents.ts';
import { isDeployment, namespaceIn, type Value } from './value.ts';

/** Deployments of the files that stand where the canary of a Deployment would: its releases would wait for ever. */
export function takenNameProblems(deployment: Deployment, objects: readonly SourceObject[]): Problem[] {
  const { name, namespace = 'default' } = deployment.metadata;
  return objects
    .map(({ value }) => value)
    .filter(
      (value) =>
        isDeployment(value) &&
        valueAt(value, ['metadata', 'name']) === canaryName(name) &&
        namespaceIn(value) === namespace &&
        !isGenerated(value, deployment),
    )
    .map((value) => nameTakenProblem(value as unknown as KubeObject, deployment, objects));
}

/** Of an object under a name that Headgate would give to one of its own. */
export function nameTakenProblem(
  object: KubeObject,
  { metadata: { name } }: Deployment,
  objects: readonly SourceObject[],
): Problem {
  const place = placeOf(object, objects);
  return {
    key: 'metadata.name',
    value: name,
    message: `has its canary under the name ${object.metadata.name}, and ${titleOf(object)}${place} is not Headgate's; give that another name, or no release starts`,
  };
}

/** ` (app.yaml, document 2 (line 14))` */
export function placeOf({ kind, metadata }: KubeObject, objects: readonly SourceObject[]): string {
  const { name, namespace = 'default' } = metadata;
  const found = objects.findLast(
    ({ value }) =>
      value['kind'] === kind && valueAt(value, ['metadata', 'name']) === name && namespaceIn(value) === namespace,
  );
  return found === undefined ? '' : ` (${found.place})`;
}

/** Files may hold anything: what is no list of owners is none. */
const isGenerated = (value: Value, deployment: Deployment): boolean =>
  valueAt(value, ['metadata', 'labels', ROLE]) !== undefined &&
  Array.isArray(valueAt(value, ['metadata', 'ownerReferences'])) &&
  isMadeFor(value as unknown as KubeObject, deployment);
