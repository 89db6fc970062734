import { type DecidedBy, decidedWords } from '../../rollout/machine/commands/decided-by.ts';
import type { Approval } from '../../rollout/machine/history.ts';

interface Decided {
  approvals?: readonly Approval[] | undefined;
  decidedBy?: DecidedBy | undefined;
}

/** Who let a release pass, or ended it; empty where its analysis alone did. */
export function decidedText({ approvals = [], decidedBy }: Decided): string {
  if (decidedBy !== undefined) return decidedWords(decidedBy);
  const last = approvals.at(-1);
  return last === undefined ? '' : `${last.gate} approved by ${last.hooks.join(', ')}`;
}
