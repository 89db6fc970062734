import { CANARY_SUFFIX } from './keys.ts';

/** Name of what serves the canary: its Deployment and its Service. */
export const canaryName = (name: string): string => `${name}${CANARY_SUFFIX}`;

/** The name that one with the canary's suffix was made of; any other is its own. */
export const stemOf = (name: string): string =>
  name.endsWith(CANARY_SUFFIX) ? name.slice(0, -CANARY_SUFFIX.length) : name;
