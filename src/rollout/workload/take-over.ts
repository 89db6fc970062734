import { LAST_APPLIED } from '../keys.ts';
import type { KubeObject } from '../kube.ts';
import { type PatchOperation, pointer } from '../object-change.ts';
import { isReplaceable } from './generated.ts';
import { canonical } from './template.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where an object says what is somebody's. */
const PLACES = [
  ['spec'],
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
  ['metadata', 'ownerReferences'],
] as const;

/**
 * What makes a generated object theirs who apply their own over it on the server (`kubectl apply --server-side`, Flux, Argo CD,
 * Helm 4). By itself server-side apply leaves what it is not given: Headgate's ports beside theirs, its label, its owner. Of what
 * Headgate made, as its note says, only what they apply too stays. Nothing where nobody applies, and where no note is.
 */
export function takeOver(before: KubeObject, after: KubeObject): PatchOperation[] {
  const made = noteOf(before);
  const applied = appliedFields(after);
  if (made === undefined || applied === undefined) return [];
  return PLACES.flatMap((place) => {
    const present = at(after, place);
    const left = remainingValue(present, at(made, place), at(applied, place.map(fieldKey)) ?? {});
    return canonical(present) === canonical(left)
      ? []
      : [{ op: 'replace' as const, path: pointer(...place), value: left }];
  });
}

/** What Headgate made, with the note itself; undefined of what is not its own, or not for others to take over. */
function noteOf(object: KubeObject): Fields | undefined {
  if (!isReplaceable(object)) return undefined;
  const note = object.metadata.annotations?.[LAST_APPLIED] ?? '';
  const { metadata, spec } = JSON.parse(note) as KubeObject;
  return { spec, metadata: { ...metadata, annotations: { [LAST_APPLIED]: note } } };
}

/** The fields of whoever applies the object on the server, in the form in which the API server keeps them. */
function appliedFields({ metadata: { managedFields } }: KubeObject): Fields | undefined {
  const entries = Array.isArray(managedFields) ? managedFields.filter(isFields) : [];
  const fields = entries.find(({ operation, subresource }) => operation === 'Apply' && !subresource)?.['fieldsV1'];
  return isFields(fields) ? fields : undefined;
}

/** What of a value was not made, or is applied too. */
function remainingValue(present: unknown, made: unknown, applied: unknown): unknown {
  if (made === undefined || !isFields(applied)) return present;
  if (Array.isArray(present)) return itemsOf(present, applied);
  if (!isFields(present) || !isFields(made)) return present;
  const left = Object.entries(present).flatMap(([key, value]): [string, unknown][] => {
    const fields = applied[fieldKey(key)];
    if (made[key] !== undefined && fields === undefined) return [];
    return [[key, isWhole(fields) ? value : remainingValue(value, made[key], fields)]];
  });
  return Object.fromEntries(left);
}

/** A field without fields of its own is applied as a whole. */
const isWhole = (fields: unknown): boolean => !isFields(fields) || Object.keys(fields).length === 0;

/** A list's items have one set of keys, such as `port` and `protocol`; what has more sets than these is no list of Kubernetes'. */
const MOST_KEY_SETS = 4;

/** The items of a list that are applied, whose keys are such as `k:{"port":80,"protocol":"TCP"}`. Each is looked at once. */
function itemsOf(present: readonly unknown[], applied: Fields): unknown[] {
  const keys = Object.keys(applied).filter((key) => key.startsWith('k:'));
  const wanted = keys.map((key) => JSON.parse(key.slice(2)) as Fields);
  const bySet = Map.groupBy(wanted, (fields) => Object.keys(fields).toSorted().join());
  const sets = [...bySet].slice(0, MOST_KEY_SETS).map(([names, all]) => ({
    names: names.split(','),
    values: new Set(all.map((fields) => canonical(fields))),
  }));
  const keyOf = (item: Fields, names: readonly string[]): string =>
    canonical(Object.fromEntries(names.map((name) => [name, item[name]])));
  return present.filter((item) => isFields(item) && sets.some(({ names, values }) => values.has(keyOf(item, names))));
}

const fieldKey = (key: string): string => `f:${key}`;

const at = (object: Fields, place: readonly string[]): unknown =>
  place.reduce<unknown>((value, key) => (isFields(value) ? value[key] : undefined), object);

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
