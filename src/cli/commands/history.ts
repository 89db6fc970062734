import { type ClusterOptions, connected } from '../connection.ts';
import { dumped, type OutputOption } from '../dump.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { findCanary } from '../find.ts';
import type { Io } from '../io.ts';
import { painter } from '../paint.ts';
import { releasesOf } from '../releases.ts';
import { table } from '../table.ts';
import { historyColumns } from '../text/history-text.ts';
import { pathName, viewOf } from '../view.ts';

export interface HistoryOptions extends ClusterOptions {
  output?: OutputOption;
}

/** `headgate history NAME`: the releases of a Deployment, the one under way first. */
export async function history(io: Io, name: string, options: HistoryOptions): Promise<ExitCode> {
  const { output } = options;
  return connected(io, options, async (connection) => {
    const canary = await findCanary(connection, name);
    const releases = releasesOf(canary);
    if (output === 'json' || output === 'yaml') {
      io.stdout.write(await dumped(releases, output));
    } else if (releases.length === 0) {
      io.stderr.write(`No releases of ${pathName(viewOf(canary))} yet.\n`);
    } else {
      const columns = historyColumns({ now: io.now(), paint: painter(io), wide: output === 'wide' });
      io.stdout.write(`${table(columns, releases).join('\n')}\n`);
    }
    return EXIT.ok;
  });
}
