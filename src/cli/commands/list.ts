import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { ageOf } from '../age.ts';
import { type ClusterOptions, type Connection, connected } from '../connection.ts';
import { dumped, type OutputOption, withoutManagers } from '../dump.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { type Paint, PHASE_COLOUR, painter } from '../paint.ts';
import { type Column, table } from '../table.ts';
import { type View, viewOf } from '../view.ts';

export interface ListOptions extends ClusterOptions {
  allNamespaces?: boolean;
  output?: OutputOption;
}

/** `headgate list`, and `headgate get` without a name: the canaries of a namespace or of all. */
export async function list(io: Io, options: ListOptions): Promise<ExitCode> {
  return connected(io, options, async (connection) => {
    const canaries = await all(connection, options);
    if (options.output === 'json' || options.output === 'yaml') {
      io.stdout.write(await dumped(listOf(canaries.map(withoutManagers)), options.output));
    } else if (canaries.length === 0) {
      io.stderr.write(`${nothing(connection, options)}\n`);
    } else {
      const columns = columnsOf(options, { now: io.now(), paint: painter(io) });
      io.stdout.write(`${table(columns, canaries.map(viewOf)).join('\n')}\n`);
    }
    return EXIT.ok;
  });
}

async function all({ client, namespace }: Connection, { allNamespaces }: ListOptions): Promise<Canary[]> {
  const { items } = await client.listAll<Canary>(pathOf(KINDS.canaries, allNamespaces ? undefined : namespace));
  return items;
}

const nothing = ({ namespace }: Connection, { allNamespaces }: ListOptions): string =>
  allNamespaces
    ? 'No canaries. To make one: kubectl annotate deployment/NAME headgate.dev/canary=true'
    : `No canaries in namespace ${namespace}; -A looks in all.`;

const listOf = (items: Canary[]): object => ({ apiVersion: 'v1', kind: 'List', metadata: {}, items });

/** The columns of `kubectl get hgc`, in its words. */
export function columnsOf(
  { allNamespaces, output }: Pick<ListOptions, 'allNamespaces' | 'output'>,
  { now, paint }: { now: number; paint: Paint },
): Column<View>[] {
  const namespace = { heading: 'NAMESPACE', text: (view: View) => view.namespace };
  const status = {
    heading: 'STATUS',
    text: (view: View) => view.phase ?? '',
    paint: (text: string, { phase }: View) => (phase === undefined ? text : paint(PHASE_COLOUR[phase], text)),
  };
  const wide = [
    { heading: 'RUNNING', text: (view: View) => view.stable },
    { heading: 'REQUESTED BY', text: (view: View) => view.requestedBy },
    { heading: 'MESSAGE', text: (view: View) => view.message },
  ];
  return [
    ...(allNamespaces ? [namespace] : []),
    { heading: 'NAME', text: (view) => view.name },
    status,
    { heading: 'WEIGHT', text: (view) => `${view.weight}` },
    { heading: 'STEP', text: (view) => view.step },
    { heading: 'FAILED', text: (view) => `${view.failedChecks}` },
    { heading: 'REVISION', text: (view) => view.revision },
    { heading: 'LAST TRANSITION', text: (view) => ageOf(view.since, now) },
    { heading: 'AGE', text: (view) => ageOf(view.created, now) },
    ...(output === 'wide' ? wide : []),
  ];
}
