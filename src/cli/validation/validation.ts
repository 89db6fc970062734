import { API_VERSION, CANARY } from '../../rollout/keys.ts';
import type { Deployment } from '../../rollout/kube.ts';
import { annotationKey } from '../../rollout/spec/annotations/annotation-keys.ts';
import { readAnnotations } from '../../rollout/spec/annotations/annotations.ts';
import { readOptIn } from '../../rollout/spec/annotations/opt-in.ts';
import { problemsOf, problemsUnder } from '../../rollout/spec/rules/deployment-problems.ts';
import { doubtsIn, doubtsOf } from '../../rollout/spec/rules/doubts.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { normaliseSpec } from '../../rollout/spec/spec.ts';
import type { Problem, RolloutSpec } from '../../rollout/spec/spec-types.ts';
import { selectorLabelOf } from '../../rollout/workload/selector-label.ts';
import type { TrafficProvider } from '../../traffic/provider.ts';
import type { SourceObject } from '../documents.ts';
import { autoscalerDoubts } from './autoscaler.ts';
import { isMetricTemplate, metricTemplateFindings, referenceFindings } from './metric-templates.ts';
import { neighbourProblems } from './neighbours.ts';
import { shaped } from './shape.ts';
import { takenNameProblems } from './taken-names.ts';
import { judgeTraffic, type Plan } from './traffic.ts';
import { unreadProblems } from './unread.ts';
import { imageDoubt } from './unrendered.ts';
import { isCanary, isDeployment, namespaceIn, subjectOf, textOrJson, type Value } from './value.ts';

/** What was found in one object that is Headgate's business. */
export interface Report {
  place: string;
  /** `Deployment prod/podinfo` */
  subject: string;
  problems: Problem[];
  /** What is right as far as is known here, and should be looked at. */
  doubts: Problem[];
  /** Which Service, port and label a release takes, where that is known. */
  takes?: string;
}

/**
 * Judges every Canary, every Deployment that is enrolled or that one of the Canaries names, and what else bears words for
 * Headgate; of the others only those that the API server would not take, and beside which a Deployment cannot be judged.
 */
export function validateObjects(objects: readonly SourceObject[], provider: TrafficProvider): Report[] {
  const canaries = objects.filter(({ value }) => isCanary(value));
  const reports = objects.flatMap((object): Report[] => {
    const { value } = object;
    const settings = canaries.filter((canary) => concerns(canary.value, value));
    const unread = unreadProblems(value, settings.length > 0);
    if (isCanary(value)) return [canaryReport(object, unread, objects)];
    if (isMetricTemplate(value)) return [report(object, metricTemplateFindings(value))];
    if (isReleased(value, settings)) return [deploymentReport(object, unread, settings, { objects, provider })];
    return unread.length > 0 ? [report(object, unread)] : [];
  });
  const released = objects.filter(({ value }) => isReleased(value, canaries));
  const beside = objects.filter(({ value }) =>
    released.some((entry) => namespaceIn(entry.value) === namespaceIn(value)),
  );
  return [...reports, ...neighbourReports(beside, provider)];
}

/** A Deployment that is enrolled, or that a Canary enrols. */
const isReleased = (value: Value, canaries: readonly SourceObject[]): boolean =>
  isDeployment(value) &&
  (textOrJson(value, 'metadata', 'annotations', CANARY) !== undefined ||
    canaries.some((canary) => concerns(canary.value, value)));

/** Whether a Canary has the settings of a Deployment: it names it, or is named by it. */
function concerns(canary: Value, deployment: Value): boolean {
  if (!isDeployment(deployment)) return false;
  const optIn = readOptIn(textOrJson(deployment, 'metadata', 'annotations', CANARY) ?? '');
  const named = optIn.state === 'canary' && optIn.name === textOrJson(canary, 'metadata', 'name');
  const target = textOrJson(canary, 'spec', 'targetRef', 'name');
  const names = target !== undefined && target === textOrJson(deployment, 'metadata', 'name');
  return namespaceIn(canary) === namespaceIn(deployment) && (named || names);
}

function canaryProblems({ apiVersion, metadata, spec }: Value): Problem[] {
  const version =
    apiVersion === API_VERSION ? [] : [{ key: 'apiVersion', value: apiVersion, message: `must be ${API_VERSION}` }];
  const name =
    isRecord(metadata) && typeof metadata['name'] === 'string'
      ? []
      : [{ key: 'metadata.name', message: 'is missing; it must be the name of the Canary' }];
  const outcome = normaliseSpec(spec);
  return [...version, ...name, ...(outcome.ok ? [] : outcome.problems)];
}

function canaryReport(object: SourceObject, unread: Problem[], objects: readonly SourceObject[]): Report {
  const { value } = object;
  const outcome = normaliseSpec(value['spec']);
  const own = [...unread, ...canaryProblems(value)];
  if (!outcome.ok) return report(object, own);
  const { problems, doubts } = referenceFindings(outcome.value, { namespace: namespaceIn(value), objects });
  return report(object, [...own, ...problems], { doubts: [...doubtsIn(outcome.value), ...doubts] });
}

interface Around {
  objects: readonly SourceObject[];
  provider: TrafficProvider;
}

/** A Canary with problems of its own says nothing of its Deployment. */
function deploymentReport(
  object: SourceObject,
  unread: Problem[],
  settings: readonly SourceObject[],
  around: Around,
): Report {
  const { deployment, problems } = shaped(object.value);
  if (deployment === undefined) return report(object, problems);
  const specs = settings.flatMap(({ value }) => {
    const outcome = normaliseSpec(value['spec']);
    return outcome.ok ? [outcome.value] : [];
  });
  const plan = planOf(deployment, specs);
  const traffic = plan && judgeTraffic(deployment, plan, around);
  const templates = ownReferences(deployment, object.value, around);
  const all = [
    ...problems,
    ...problemsOf(deployment),
    ...specs.flatMap((spec) => problemsUnder(deployment, spec)),
    ...unread,
    ...takenNameProblems(deployment, around.objects),
    ...templates.problems,
    ...(traffic?.problems ?? []),
  ];
  const image = imageDoubt(object.value);
  const doubts = [
    ...doubtsOf(deployment),
    ...(settings.length === 0 ? canaryElsewhere(deployment) : []),
    ...(image === undefined ? [] : [{ key: 'image', message: image }]),
    ...templates.doubts,
    ...(traffic?.doubts ?? []),
    ...(plan ? autoscalerDoubts(deployment, plan, around.objects) : []),
  ];
  return report(object, distinct(all), { doubts, ...(traffic?.takes !== undefined && { takes: traffic.takes }) });
}

/** Templates that a Deployment's own annotations name; those of a Canary are told of there. */
function ownReferences(deployment: Deployment, value: Value, { objects }: Around) {
  const reading = readAnnotations(deployment);
  if (reading.optedIn !== 'true' || !reading.outcome.ok) return { problems: [], doubts: [] };
  const beside = { namespace: namespaceIn(value), objects, nameField: annotationKey };
  return referenceFindings(reading.outcome.value, beside);
}

/** By what the Deployment is released; undefined where that is not among the files, or not right. */
function planOf(deployment: Deployment, [written]: readonly RolloutSpec[]): Plan | undefined {
  const reading = readAnnotations(deployment);
  const own = reading.optedIn === 'true' && reading.outcome.ok ? reading.outcome.value : undefined;
  const spec = written ?? own;
  const found = spec && selectorLabelOf(deployment, spec);
  return spec && found?.ok ? { spec, label: found.label } : undefined;
}

function canaryElsewhere(deployment: Deployment): Problem[] {
  const reading = readAnnotations(deployment);
  if (reading.optedIn !== 'canary') return [];
  const message = `${reading.canaryName} is not among the files, so nothing was judged by its settings; give its file too`;
  return [{ key: 'Canary', message }];
}

const neighbourReports = (objects: readonly SourceObject[], provider: TrafficProvider): Report[] =>
  objects.flatMap((object) => {
    const problems = neighbourProblems(object.value, provider);
    return problems.length === 0 ? [] : [report(object, problems)];
  });

const distinct = (problems: Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.key}\n${problem.message}`, problem])).values(),
];

function report(
  { place, value }: SourceObject,
  problems: Problem[],
  { doubts = [], ...more }: Partial<Pick<Report, 'doubts' | 'takes'>> = {},
): Report {
  return { place, subject: subjectOf(value), problems, doubts, ...more };
}
