import { takeOver } from '../rollout/workload/take-over.ts';
import type { UpdateRule } from './judge-update.ts';
import { pass } from './request.ts';

/** Whoever applies their own over what Headgate made takes it over. Every other write of it is for the policy to judge. */
export const giveWay: UpdateRule = ({ change: { before, after } }) => {
  const patch = takeOver(before, after);
  return patch.length === 0 ? pass() : { kind: 'patch', decision: 'take-over', patch, warnings: [] };
};
