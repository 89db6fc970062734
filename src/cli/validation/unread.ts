import { CANARY, PREFIX } from '../../rollout/keys.ts';
import { unknownKeys } from '../../rollout/spec/annotations/annotation-form.ts';
import { SETTINGS } from '../../rollout/spec/annotations/annotation-keys.ts';
import { isRecord, type Path, pathText, valueAt } from '../../rollout/spec/rules/findings.ts';
import type { Problem } from '../../rollout/spec/spec-types.ts';
import { groupOf, isCanary, isDeployment, keysIn, mapAt, type Value } from './value.ts';

/**
 * What somebody wrote for Headgate and Headgate does not read: the opt-in and the settings on another kind or version, on the pod
 * template, as a label, or under a key that only looks like them. Whoever wrote it takes the Deployment for enrolled.
 * @param isNamed a Canary has the Deployment's settings
 */
export function unreadProblems(value: Value, isNamed: boolean): Problem[] {
  if (isDeployment(value)) return [...misplaced(value), ...withoutOptIn(value, isNamed)];
  return isCopy(value) ? [] : [...onOtherKind(value), ...unknownKind(value)];
}

const isForHeadgate = (key: string): boolean =>
  key === CANARY || (key.startsWith(PREFIX) && SETTINGS.has(key.slice(PREFIX.length)));

const ANNOTATIONS = pathText('metadata', ['annotations']);
const LABELS = new Set(['labels', 'matchLabels']);

/** In a Deployment, anywhere but where it is read. */
const misplaced = (value: Value): Problem[] =>
  [...keysIn(value)]
    .filter(({ path, key }) => isForHeadgate(key) && placeOf(path) !== ANNOTATIONS)
    .map(({ path, key, value: found }) => ({
      key: `${placeOf(path)}[${key}]`,
      value: found,
      message: LABELS.has(String(path.at(-1)))
        ? 'is a label, and is read as an annotation only; move it to the annotations of the Deployment itself, in metadata.annotations'
        : 'is not read there; move it to the annotations of the Deployment itself, in metadata.annotations',
    }));

function placeOf(path: Path): string {
  const [root = '', ...rest] = path;
  return pathText(`${root}`, rest);
}

/** Settings of a Deployment that is not enrolled, or by a Canary; and keys that were meant for Headgate. */
function withoutOptIn(value: Value, isNamed: boolean): Problem[] {
  const annotations = mapAt(value, 'metadata', 'annotations');
  const strangers = Object.entries(annotations).filter(([key]) => isLookalike(key));
  const alike = strangers.map(([key, text]) => ({
    key,
    value: text,
    message: `is no annotation of Headgate: theirs begin with ${PREFIX}, and what enrols a Deployment is ${CANARY}: "true"`,
  }));
  if (annotations[CANARY] !== undefined) return alike;
  const settings = Object.entries(annotations).filter(([key]) => isForHeadgate(key));
  const message = isNamed
    ? 'is not read where a Canary has the settings; write it there'
    : `is not read without ${CANARY}: "true" beside it, which enrols the Deployment`;
  const texts = Object.fromEntries(Object.entries(annotations).map(([key, text]) => [key, String(text)]));
  const unknown = unknownKeys({ name: '', annotations: texts });
  return [...alike, ...settings.map(([key, text]) => ({ key, value: text, message })), ...unknown];
}

/** `headgate.io/canary`, `headgate/canary`, `Headgate.dev/canary` */
const isLookalike = (key: string): boolean => /^headgate\b/i.test(key) && !key.startsWith(PREFIX);

const ONLY = 'only Deployments of apps/v1 can be held';

/** Anything may hold keys of any name deep inside, for programs of its own; these places are for every program. */
const PLACES: readonly string[][] = [
  ['metadata', 'annotations'],
  ['metadata', 'labels'],
  ['spec', 'template', 'metadata', 'annotations'],
  ['spec', 'template', 'metadata', 'labels'],
];

function onOtherKind(value: Value): Problem[] {
  const { apiVersion, kind } = value;
  const found = PLACES.flatMap((path) =>
    Object.entries(mapAt(value, ...path))
      .filter(([key]) => key === CANARY)
      .map(([key, text]) => ({ key: `${placeOf(path)}[${key}]`, value: text })),
  );
  if (found.length === 0) return [];
  if (typeof kind === 'string' && kind.toLowerCase() !== 'deployment')
    return found.map((place) => ({ ...place, message: `is not read on a ${kind}: ${ONLY}` }));
  const isKind = kind === 'Deployment';
  const [key, right] = isKind ? ['apiVersion', 'apps/v1'] : ['kind', 'Deployment'];
  const message = `is not one whose ${CANARY} is read: ${ONLY}; write ${key}: ${right}`;
  return [{ key, value: isKind ? apiVersion : kind, message }];
}

/** The Deployment controller copies the annotations of a Deployment to its ReplicaSets. */
function isCopy(value: Value): boolean {
  const owners = valueAt(value, ['metadata', 'ownerReferences']);
  const isIt = (owner: unknown) => isRecord(owner) && owner['kind'] === 'Deployment';
  return value['kind'] === 'ReplicaSet' && Array.isArray(owners) && owners.some(isIt);
}

const KINDS = ['Canary', 'AlertProvider', 'MetricTemplate', 'ClusterMetricTemplate'];

function unknownKind(value: Value): Problem[] {
  const { kind } = value;
  if (`${groupOf(value)}/` !== PREFIX || isCanary(value) || KINDS.includes(String(kind))) return [];
  return [{ key: 'kind', value: kind, message: `is none of ${PREFIX}v1; there are ${KINDS.join(' and ')}` }];
}
