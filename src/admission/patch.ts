import jsonPatch from 'fast-json-patch';
import type { Deployment } from '../rollout/kube.ts';
import { canonical } from '../rollout/workload/template.ts';
import type { JsonPatchOperation } from './request.ts';

/**
 * The JSON Patch that makes `model` of `object`, or undefined when it does not do so: it is applied here first, because a
 * patch that does not apply rejects the request whatever the failure policy says.
 */
export function patchTo(object: Deployment, model: Deployment): JsonPatchOperation[] | undefined {
  const before = patchable(object);
  const wanted = patchable(model);
  const patch = jsonPatch.compare(before, wanted);
  const result: unknown = jsonPatch.applyPatch(structuredClone(before), patch, true).newDocument;
  return canonical(result) === canonical(wanted) ? patch : undefined;
}

/** All that an answer may ever touch: never status, never managedFields, of the template only its metadata. */
function patchable({ metadata, spec }: Deployment): object {
  return {
    metadata: present({ annotations: metadata.annotations, labels: metadata.labels }),
    spec: { ...present({ paused: spec.paused }), template: present({ metadata: spec.template.metadata }) },
  };
}

const present = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
