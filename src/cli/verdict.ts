import type { Phase } from '../rollout/machine/state.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { View } from './view.ts';

/** Which revision somebody waits for. */
export interface Wait {
  /** Empty: for the first that is seen. */
  revision: string;
  /** It was at the gate since the waiting began: another one in its place has replaced it. */
  seen: boolean;
}

export type Verdict =
  | { kind: 'succeeded' | 'failed' }
  /** The note says what the Canary itself does not say yet. */
  | { kind: 'progressing'; note?: string }
  /** Another revision took its place. */
  | { kind: 'superseded'; by: string };

/** Phases in which nothing happens until somebody does something. */
const SETTLED: ReadonlySet<Phase> = new Set(['Initialized', 'Succeeded', 'Failed', 'Stalled']);

/**
 * How it stands with a revision. The Canary lags behind the Deployment by the moment that the scheduler needs, so a
 * settled Canary says nothing of a template that it does not know.
 * @param template revision of the Deployment's template now; undefined if it cannot be read
 */
export function verdictOf(view: View, template: string | undefined, { revision, seen }: Wait): Verdict {
  if (view.phase === undefined) {
    return view.enrolled
      ? { kind: 'progressing', note: 'the scheduler has not looked at it yet' }
      : { kind: 'progressing' };
  }
  if (view.revision === revision) {
    if (!SETTLED.has(view.phase)) return { kind: 'progressing' };
    return { kind: view.ready ? 'succeeded' : 'failed' };
  }
  if (template === revision)
    return { kind: 'progressing', note: `the scheduler has not taken up revision ${revision} yet` };
  if (view.stable === revision) return { kind: 'succeeded' };
  const replaced = view.previous === revision || view.reverted === revision;
  if (seen || replaced) return { kind: 'superseded', by: template ?? view.revision };
  return { kind: 'progressing', note: `revision ${revision} has not come yet` };
}

/** What is known of the wait after a reading. A wait for no revision in particular becomes one for the first that is seen. */
export function waitAfter(wait: Wait, view: View, template: string | undefined): Wait {
  const revision = wait.revision || view.revision;
  return { revision, seen: wait.seen || revision === view.revision || revision === template };
}

const EXITS: Readonly<Record<Verdict['kind'], ExitCode>> = {
  succeeded: EXIT.ok,
  failed: EXIT.failed,
  superseded: EXIT.failed,
  progressing: EXIT.progressing,
};

export const exitOf = ({ kind }: Verdict): ExitCode => EXITS[kind];
