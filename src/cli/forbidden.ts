import type { KubeError } from '../cluster/errors.ts';

/** What the API server says before the words of a policy of Headgate's, and before those of RBAC. */
const BEFORE = ['denied request: headgate: ', 'denied request: ', ' is forbidden: '];

/** Why a request is not allowed: the policy's or RBAC's own sentence, without what the API server says around it. */
export function whyForbidden({ message }: Pick<KubeError, 'message'>): string {
  const found = BEFORE.find((words) => message.includes(words));
  return found === undefined ? message : message.slice(message.indexOf(found) + found.length);
}
