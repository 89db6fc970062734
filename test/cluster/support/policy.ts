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
