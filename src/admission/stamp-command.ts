import { COMMAND, COMMAND_BY } from '../rollout/keys.ts';
import { pointer } from '../rollout/object-change.ts';
import { recordedUser } from '../rollout/user-name.ts';
import type { UpdateRule } from './judge-update.ts';
import { pass } from './request.ts';

/** A command has the name of who wrote it. One that stays keeps its own, whatever else is written. */
export const stampCommand: UpdateRule = ({ change: { before, after }, user }) => {
  const [had, has] = [before.metadata.annotations?.[COMMAND], after.metadata.annotations?.[COMMAND]];
  const sent = after.metadata.annotations?.[COMMAND_BY];
  const wanted = stampOf(has, has === had ? before.metadata.annotations?.[COMMAND_BY] : recordedUser(user));
  if (sent === wanted) return pass();
  const path = pointer('metadata', 'annotations', COMMAND_BY);
  const patch = wanted === undefined ? { op: 'remove' as const, path } : { op: 'add' as const, path, value: wanted };
  return { kind: 'patch', decision: 'stamp', patch: [patch], warnings: [] };
};

const stampOf = (command: string | undefined, by: string | undefined): string | undefined =>
  command === undefined ? undefined : by;
