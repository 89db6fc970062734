import type { KubeError } from '../cluster/errors.ts';

/** What stands in the API server's answer before the words of a policy, and before those of RBAC. */
const BEFORE = /^[^]*(?:denied request: (?:headgate: )?| is forbidden: )/;

/** Why a request is not allowed: the policy's or RBAC's own sentence, without what the API server says around it. */
export const whyForbidden = ({ message }: Pick<KubeError, 'message'>): string => message.replace(BEFORE, '');
