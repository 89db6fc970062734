import { isForbidden } from '../../cluster/errors.ts';
import type { ReflectorHooks } from '../../cluster/reflector-options.ts';
import type { Kind } from '../../rollout/object-change.ts';
import type { WorldOptions } from './world-options.ts';

type Told = Pick<WorldOptions, 'onError' | 'onRestart' | 'onMissed'>;

/** What the watches of a kind tell. @param mayBeForbidden that it may not be read is not told */
export function hooksFor(
  { onError, onRestart, onMissed }: Told,
  { plural }: Kind,
  mayBeForbidden = false,
): ReflectorHooks {
  const isTold = (error: unknown) => !(mayBeForbidden && isForbidden(error));
  return {
    ...(onError && { onError: (error) => isTold(error) && onError(error) }),
    ...(onRestart && { onRestart: (reason) => onRestart(plural, reason) }),
    ...(onMissed && { onMissed: (count) => onMissed(plural, count) }),
  };
}
