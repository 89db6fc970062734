import jsonPatch from 'fast-json-patch';
import type { Deployment, PodTemplate } from '../rollout/kube.ts';
import { isSame } from '../rollout/workload/template.ts';
import type { JsonPatchOperation } from './request.ts';

/**
 * The JSON Patch that makes `model` of `object`, or undefined when it does not do so: it is applied here first, because a
 * patch that does not apply rejects the request whatever the failure policy says.
 */
export function patchTo(object: Deployment, model: Deployment): JsonPatchOperation[] | undefined {
  const before = patchable(object, model);
  const wanted = patchable(model, object);
  const patch = jsonPatch.compare(before, wanted);
  const result: unknown = jsonPatch.applyPatch(before, patch, true, false).newDocument;
  return isSame(result, wanted) ? patch : undefined;
}

type Texts = Record<string, string>;

/**
 * All that an answer may ever touch: never status, never managedFields, of the template only its metadata. Annotations and
 * labels that the other has too are left out: there may be many.
 */
function patchable({ metadata, spec }: Deployment, other: Deployment): object {
  const own = (map: 'annotations' | 'labels') => differing(metadata[map], other.metadata[map]);
  return {
    metadata: present({ annotations: own('annotations'), labels: own('labels') }),
    spec: { ...present({ paused: spec.paused }), template: templatePart(spec.template, other.spec.template) },
  };
}

function templatePart({ metadata }: PodTemplate, other: PodTemplate): object {
  if (metadata === undefined || metadata === other.metadata) return {};
  const own = (map: 'annotations' | 'labels') => differing(metadata[map], other.metadata?.[map]);
  return { metadata: present({ ...metadata, annotations: own('annotations'), labels: own('labels') }) };
}

function differing(map: Texts | undefined, other: Texts = {}): Texts | undefined {
  if (map === undefined || map === other) return map && {};
  const keys = Object.keys(map).filter((key) => map[key] !== other[key] || !Object.hasOwn(other, key));
  return Object.fromEntries(keys.map((key) => [key, map[key] ?? '']));
}

const present = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
