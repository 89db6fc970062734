import type { Deployment, KubeObject } from '../../rollout/kube.ts';
import { canaryGaps } from '../../rollout/machine/troubles/autoscaler-gap.ts';
import { canaryName } from '../../rollout/names.ts';
import { isRecord, valueAt } from '../../rollout/spec/rules/findings.ts';
import type { AutoscalerRef, Problem } from '../../rollout/spec/spec-types.ts';
import { AUTOSCALERS, type Autoscaler } from '../../rollout/workload/autoscaler/canary-autoscaler.ts';
import { canaryNames } from '../../rollout/workload/autoscaler/canary-names.ts';
import { stableLabelOf } from '../../rollout/workload/pod-selectors.ts';
import type { SourceObject } from '../documents.ts';
import type { Plan } from './traffic.ts';
import { groupOf, namespaceIn, type Value } from './value.ts';

/** What a release would say of the autoscaler that its settings name, as far as the files tell: it goes on all the same. */
export function autoscalerDoubts(deployment: Deployment, plan: Plan, objects: readonly SourceObject[]): Problem[] {
  const { autoscalerRef: ref, service } = plan.spec;
  if (ref === undefined) return [];
  const { name, namespace = 'default' } = deployment.metadata;
  const here = objects.map(({ value }) => value).filter((value) => namespaceIn(value) === namespace);
  const found = here.findLast((value) => isOf(ref, value));
  if (found === undefined)
    return [{ key: ref.kind, message: `${ref.name} is not among the files, so it was not judged; give its file too` }];
  if (!isReadable(found)) return [];
  const named = { is: 'found' as const, autoscaler: found as unknown as Autoscaler };
  const canarys = here.findLast((value) => isOf({ ...ref, name: canaryName(name) }, value)) as unknown as
    | KubeObject
    | undefined;
  const names = canaryNames([name, service.name ?? name, stableLabelOf(deployment, plan.label).value]);
  const gaps = canaryGaps({ ref, named, ...(canarys && { canarys }) }, deployment, names);
  return gaps.map(({ message }) => ({ key: 'autoscaler', message }));
}

const isOf = ({ kind, name }: AutoscalerRef, value: Value): boolean =>
  value['kind'] === kind && groupOf(value) === AUTOSCALERS[kind].group && valueAt(value, ['metadata', 'name']) === name;

/** Of its shape, as far as that is looked at: files may hold anything. */
function isReadable(value: Value): boolean {
  const lists = ['metrics', 'triggers'].map((field) => valueAt(value, ['spec', field]));
  const areLists = lists.every((list) => list === undefined || (Array.isArray(list) && list.every(isRecord)));
  const hasTriggers = value['kind'] !== 'ScaledObject' || lists[1] !== undefined;
  return areLists && hasTriggers && typeof valueAt(value, ['spec', 'scaleTargetRef', 'name']) === 'string';
}
