import type { Canary } from '../../rollout/machine/canary.ts';
import { type Connection, connected } from '../connection.ts';
import { dumped, withoutManagers } from '../dump.ts';
import { EXIT, type ExitCode, Failure } from '../exit.ts';
import { findCanary } from '../find.ts';
import type { Io } from '../io.ts';
import { outline } from '../outline.ts';
import { painter } from '../paint.ts';
import { gather } from '../tree/gather.ts';
import { treeOf } from '../tree/tree.ts';
import { type ListOptions, list } from './list.ts';

/** `headgate get [NAME]`: one Canary with all that belongs to it, or the list. */
export async function get(io: Io, name: string | undefined, options: ListOptions): Promise<ExitCode> {
  if (name === undefined) return list(io, options);
  if (options.allNamespaces) throw new Failure('a NAME is in one namespace: give it with -n instead of -A');
  return connected(io, options, async (connection) => {
    const canary = await findCanary(connection, name);
    const { output } = options;
    const text =
      output === 'json' || output === 'yaml'
        ? await dumped(withoutManagers(canary), output)
        : await drawn(io, connection, { canary, wide: output === 'wide' });
    io.stdout.write(text);
    return EXIT.ok;
  });
}

async function drawn(io: Io, connection: Connection, shown: { canary: Canary; wide: boolean }): Promise<string> {
  const { isTTY, columns } = io.stdout;
  const surroundings = await gather(connection, shown.canary);
  const root = treeOf({ ...surroundings, now: io.now(), wide: shown.wide, program: io.name });
  const lines = outline(root, { paint: painter(io), ...(isTTY && columns && { width: columns }) });
  return `${lines.join('\n')}\n`;
}
