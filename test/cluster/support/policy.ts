import { ApiError, type KubeObject, waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

/** What the API server is to let through in a namespace of one kind of objects, and what it says to the rest. */
export interface Rule {
  apiGroup: string;
  resource: string;
  /** CEL. */
  expression: string;
  message: string;
}

/** Policy and binding as one List, for `kubectl apply` and `kubectl delete`; both are named `forbid-<namespace>`. */
export function policyFor(namespace: string, { apiGroup, resource, expression, message }: Rule): object {
  const name = `forbid-${namespace}`;
  const head = (kind: string) => ({ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name } });
  const matchConstraints = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    resourceRules: [
      { apiGroups: [apiGroup], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: [resource] },
    ],
  };
  const policy = {
    ...head('ValidatingAdmissionPolicy'),
    spec: { matchConstraints, validations: [{ expression, message }] },
  };
  const binding = {
    ...head('ValidatingAdmissionPolicyBinding'),
    spec: { policyName: name, validationActions: ['Deny'] },
  };
  return { apiVersion: 'v1', kind: 'List', items: [policy, binding] };
}

/** What the API server says to an object of an app's namespace, which it does not keep: nothing, where it would take it. */
async function refusalOf({ rig, namespace }: App, { apiVersion = 'v1', kind = '', ...object }: KubeObject) {
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const path = `${group}/namespaces/${namespace}/${kind.toLowerCase().replace(/y$/, 'ie')}s?dryRun=All`;
  const answer: unknown = await rig.api.create(path, { apiVersion, kind, ...object }).catch((error: unknown) => error);
  if (answer instanceof ApiError) return answer;
  if (answer instanceof Error) throw answer;
  return undefined;
}

/** Until the API server refuses an object of an app's namespace with these words: it takes up a policy a moment after it was written. */
export const untilRefused = (app: App, object: KubeObject, words: string): Promise<boolean> =>
  waitFor(`the policy "${words}" to hold`, async () => {
    const refusal = await refusalOf(app, object);
    if (refusal?.message.includes(words)) return true;
    throw new Error(refusal?.message ?? 'it is taken');
  });

/** Until no policy stands in its way: one that is deleted holds for a moment more. */
export const untilTaken = (app: App, object: KubeObject): Promise<boolean> =>
  waitFor('the policy to hold no more', async () => {
    const refusal = await refusalOf(app, object);
    return refusal === undefined || refusal.reason === 'AlreadyExists';
  });
