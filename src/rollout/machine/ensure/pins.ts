import { pinsOf } from '../../pins/pins.ts';
import type { Effect } from '../effects.ts';
import { pinHoldText, pinMove } from '../pins/pin-move.ts';
import type { Situation } from '../situation.ts';
import { ACTIVE } from '../state.ts';

/** The snapshots that a template's pins name, then the pins themselves; and none that nothing names any more. */
export function ensurePins(s: Situation): Effect[] {
  const { deployment } = s.seen;
  const move = pinMove(s);
  if (move === undefined) return unusedSnapshots(s);
  if (move.missing.length > 0) return move.missing.map((snapshot) => ({ do: 'createSnapshot', deployment, snapshot }));
  const hold = pinHoldText(move);
  return [{ do: 'pinTemplate', deployment, template: move.template, ...(hold !== undefined && { hold }) }];
}

/** While a release is under way, pods of any revision may be there. */
function unusedSnapshots({ state, seen }: Situation): Effect[] {
  const { deployment, canary, config } = seen;
  if (config === undefined || ACTIVE.has(state.phase) || (canary?.status?.replicas ?? 0) > 0) return [];
  const templates = [deployment.spec.template, ...(state.stable ? [state.stable.template] : [])];
  const used = new Set(
    templates.flatMap((template) => [...pinsOf(template)]).map(([key, name]) => `${key.split('/')[0]}/${name}`),
  );
  const { namespace } = deployment.metadata;
  return config.snapshots
    .filter(({ kind, snapshot }) => !used.has(`${kind}/${snapshot}`))
    .map((snapshot) => ({ do: 'deleteSnapshot', snapshot, namespace }));
}
