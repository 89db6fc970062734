import { pinsTextOf } from '../../pins/pins.ts';
import { commandOf } from '../commands/decided-by.ts';
import { fact } from '../facts.ts';
import { displayName, type Next, type Situation } from '../situation.ts';
import { ACTIVE } from '../state.ts';
import { refersToConfig } from './pin-move.ts';

/** What runs is to be pinned, by a release of the same template. Why that cannot be now; undefined if it can. */
export function pinRefusal({ spec, state, seen }: Situation): string | undefined {
  const { config, deployment, hold } = seen;
  const { template } = deployment.spec;
  if (config === undefined || !spec.configTracking)
    return 'cannot pin: no change of content is released for it (config tracking is off)';
  if (hold.state !== 'open' || ACTIVE.has(state.phase))
    return 'cannot pin: a revision is held or rolls out; it is pinned with that';
  if (!refersToConfig(seen, template)) return 'cannot pin: its pods run on no ConfigMap or Secret that is tracked';
  if (pinsTextOf(template) !== '') return 'cannot pin: it is pinned already';
  return undefined;
}

/** @param by who gave the command, if that is known */
export const pinByCommand = (s: Situation, by: string | undefined): Next => ({
  state: { ...s.state, pinning: true },
  facts: [
    fact(
      'ConfigPinning',
      `${displayName(s)} is pinned by ${commandOf(by)}: what it runs is released once more, on snapshots`,
    ),
  ],
});
