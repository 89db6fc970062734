import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { ageOf } from '../age.ts';
import { type ClusterOptions, type Connection, connected } from '../connection.ts';
import { EXIT, Failure } from '../exit.ts';
import { findCanary } from '../find.ts';
import type { Io } from '../io.ts';
import { type Paint, PHASE_COLOUR, painter } from '../paint.ts';
import { oneLine } from '../status-text.ts';
import { type Column, table } from '../table.ts';
import { type Canary, type View, viewOf } from '../view.ts';

export const OUTPUTS = ['json', 'yaml', 'wide'] as const;

export interface GetOptions extends ClusterOptions {
  allNamespaces?: boolean;
  output?: (typeof OUTPUTS)[number];
}

/** `headgate get [NAME]` */
export async function get(io: Io, name: string | undefined, options: GetOptions): Promise<number> {
  if (name !== undefined && options.allNamespaces) {
    throw new Failure('a NAME is in one namespace: give it with -n instead of -A');
  }
  return connected(io, options, async (connection) => {
    const canaries = name === undefined ? await all(connection, options) : [await findCanary(connection, name)];
    if (options.output === 'json' || options.output === 'yaml') {
      const shown = canaries.map(withoutManagers);
      io.stdout.write(await dumped(name === undefined ? listOf(shown) : shown[0], options.output));
    } else if (canaries.length === 0) {
      io.stderr.write(`${nothing(connection, options)}\n`);
    } else {
      const columns = columnsOf(options, { now: io.now(), paint: painter(io) });
      io.stdout.write(`${table(columns, canaries.map(viewOf)).join('\n')}\n`);
    }
    return EXIT.ok;
  });
}

async function all({ client, namespace }: Connection, { allNamespaces }: GetOptions): Promise<Canary[]> {
  const { items } = await client.listAll<Canary>(pathOf(KINDS.canaries, allNamespaces ? undefined : namespace));
  return items;
}

const nothing = ({ namespace }: Connection, { allNamespaces }: GetOptions): string =>
  allNamespaces
    ? 'No canaries. To make one: kubectl annotate deployment/NAME headgate.dev/canary=true'
    : `No canaries in namespace ${namespace}; -A looks in all.`;

/** As kubectl shows it: who manages which field is longer than all the rest. */
function withoutManagers(canary: Canary): Canary {
  const { managedFields: _, ...metadata } = canary.metadata;
  return { ...canary, metadata };
}

const listOf = (items: Canary[]): object => ({ apiVersion: 'v1', kind: 'List', metadata: {}, items });

async function dumped(value: object | undefined, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  const { yamlText } = await import('../yaml-text.ts');
  return yamlText(value);
}

/** The columns of `kubectl get canaries`, in its words. */
export function columnsOf(
  { allNamespaces, output }: Pick<GetOptions, 'allNamespaces' | 'output'>,
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
    { heading: 'MESSAGE', text: (view: View) => oneLine(view.message) },
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
