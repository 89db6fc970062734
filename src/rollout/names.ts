import { CANARY_SUFFIX } from './keys.ts';

/** Name of what serves the canary: its Deployment and its Service. */
export const canaryName = (name: string): string => `${name}${CANARY_SUFFIX}`;
