import { API_GROUP, API_VERSION, CANARY } from '../rollout/keys.ts';
import { readOptIn } from '../rollout/spec/annotations/opt-in.ts';
import { problemsOf, problemsUnder } from '../rollout/spec/rules/deployment-problems.ts';
import { doubtsIn, doubtsOf } from '../rollout/spec/rules/doubts.ts';
import { isRecord, valueAt } from '../rollout/spec/rules/findings.ts';
import { normaliseSpec } from '../rollout/spec/spec.ts';
import type { Problem } from '../rollout/spec/spec-types.ts';
import type { SourceObject } from './documents.ts';
import { shaped } from './shape.ts';
import { takenNameProblems } from './taken-names.ts';

/** What was found in one object that is Headgate's business. */
export interface Report {
  place: string;
  /** `Deployment prod/podinfo` */
  subject: string;
  problems: Problem[];
  /** What is right as far as is known here, and should be looked at. */
  doubts: Problem[];
}

/** Judges every Canary, and every Deployment that is enrolled or that one of the Canaries names; leaves out all others. */
export function validateObjects(objects: readonly SourceObject[]): Report[] {
  const canaries = objects.filter(({ value }) => isCanary(value));
  return objects.flatMap((object) => {
    if (isCanary(object.value)) return [report(object, canaryProblems(object.value), canaryDoubts(object.value))];
    if (!isDeployment(object.value)) return [];
    const settings = canaries.filter((canary) => concerns(canary.value, object.value));
    const enrolled = textAt(object.value, 'metadata', 'annotations', CANARY) !== undefined;
    return enrolled || settings.length > 0
      ? [report(object, deploymentProblems(object.value, settings, objects), deploymentDoubts(object.value))]
      : [];
  });
}

type Value = SourceObject['value'];

/** What stands there, as text if it is none: a wrong type is complained of elsewhere. */
function textAt(value: Value, ...path: string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : JSON.stringify(found);
}

const isCanary = ({ apiVersion, kind }: Value): boolean =>
  kind === 'Canary' && String(apiVersion).startsWith(`${API_GROUP}/`);

const isDeployment = ({ apiVersion, kind }: Value): boolean =>
  kind === 'Deployment' && String(apiVersion).startsWith('apps/');

/** Whether a Canary has the settings of a Deployment: it names it, or is named by it. */
function concerns(canary: Value, deployment: Value): boolean {
  const namespaces = [canary, deployment].map((value) => textAt(value, 'metadata', 'namespace'));
  const optIn = readOptIn(textAt(deployment, 'metadata', 'annotations', CANARY) ?? '');
  const named = optIn.state === 'canary' && optIn.name === textAt(canary, 'metadata', 'name');
  const target = textAt(canary, 'spec', 'targetRef', 'name');
  const names = target !== undefined && target === textAt(deployment, 'metadata', 'name');
  return namespaces[0] === namespaces[1] && (named || names);
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

function canaryDoubts({ spec }: Value): Problem[] {
  const outcome = normaliseSpec(spec);
  return outcome.ok ? doubtsIn(outcome.value) : [];
}

function deploymentDoubts(value: Value): Problem[] {
  const { deployment } = shaped(value);
  return deployment === undefined ? [] : doubtsOf(deployment);
}

/** A Canary with problems of its own says nothing of its Deployment. */
function deploymentProblems(
  value: Value,
  settings: readonly SourceObject[],
  objects: readonly SourceObject[],
): Problem[] {
  const { deployment, problems } = shaped(value);
  if (deployment === undefined) return problems;
  const outcomes = settings.map((canary) => normaliseSpec(canary.value['spec']));
  const under = outcomes.flatMap((outcome) => (outcome.ok ? problemsUnder(deployment, outcome.value) : []));
  return distinct([...problems, ...problemsOf(deployment), ...under, ...takenNameProblems(deployment, objects)]);
}

const distinct = (problems: Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.key}\n${problem.message}`, problem])).values(),
];

function report({ place, value }: SourceObject, problems: Problem[], doubts: Problem[]): Report {
  const name = [textAt(value, 'metadata', 'namespace'), textAt(value, 'metadata', 'name')].filter(Boolean).join('/');
  return { place, subject: `${String(value['kind'])} ${name}`.trim(), problems, doubts };
}
