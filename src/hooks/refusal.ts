/** Why an address is not called. */
export type Refusal =
  /** @param what such an address is, see `neverCalled` */
  | { is: 'never'; address: string; what: string }
  /** @param entries of the administrator's list that would allow it */
  | { is: 'notAllowed'; host: string; namespace: string; entries: string };

const LIST = 'hooks.allow (HEADGATE_HOOKS_ALLOW)';

/** Who is bounded, and where an administrator bounds them. */
const HOOKS = { who: 'hooks', list: LIST };
export const OF_TEMPLATES: typeof HOOKS = {
  who: 'templates',
  list: 'metricTemplates.allow (HEADGATE_METRICS_ALLOW)',
};

/** For a person who may know the address. */
export const refusalWords = (refusal: Refusal, { who, list } = HOOKS): string =>
  refusal.is === 'never'
    ? `${refusal.address} is ${refusal.what}, and ${who} never reach one`
    : `${refusal.host} is no Service of namespace ${refusal.namespace}; whoever runs Headgate can allow it: "${refusal.entries}" in ${list}`;

/** Of an address that is a secret: nothing of it is said. */
export const secretRefusalWords = (refusal: Refusal): string =>
  refusal.is === 'never'
    ? `its address leads to ${refusal.what}, which is never called`
    : `its address leads to no Service of namespace ${refusal.namespace}; whoever runs Headgate can allow its host in ${LIST}`;
