import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { entriesAt, type FlaggerCanary, labelOf, textAt } from './flagger-object.ts';
import { isFilledIn } from './placeholders.ts';
import { lossOf, noteOn, type Remark } from './remark.ts';

/** The entries of a list, each with a name of its own: Headgate tells them apart by it, and Flagger does not. */
export function distinctNames(entries: readonly unknown[], keyOf: (index: number) => string) {
  const remarks: Remark[] = [];
  const taken = new Set<unknown>();
  const named = entries.map((entry, index) => {
    if (!isRecord(entry)) return entry;
    const name = freeName(entry['name'], taken);
    taken.add(name);
    if (name === entry['name']) return entry;
    const message = `stands there twice, and names must differ: ${String(name)} is written`;
    remarks.push(noteOn(`${keyOf(index)}.name`, message, entry['name']));
    return { ...entry, name };
  });
  return { entries: named, remarks };
}

function freeName(name: unknown, taken: ReadonlySet<unknown>): unknown {
  if (typeof name !== 'string' || !taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}

/** What an entry is looked at beside. */
interface Surroundings {
  /** Of the Canary. */
  namespace: string | undefined;
  /** Labels of the AlertProviders in the input. */
  providers: ReadonlySet<string>;
}

type EntryRule = (entry: unknown, key: string, around: Surroundings) => Remark | undefined;

/** What to know about the entries of a list that their fields alone do not say, by the name of the list. */
const RULES: Readonly<Record<string, readonly EntryRule[]>> = {
  webhooks: [leadsOut],
  alerts: [isSilent, isMissing, isElsewhere],
};

export function entryRemarks({ spec, namespace }: FlaggerCanary, alertProviders: readonly unknown[]): Remark[] {
  const around = { namespace, providers: new Set(alertProviders.map(labelOf)) };
  return Object.entries(RULES).flatMap(([list, rules]) =>
    entriesAt(spec, 'analysis', list).flatMap((entry, index) =>
      isRecord(entry) ? rules.flatMap((rule) => rule(entry, `spec.analysis.${list}[${index}]`, around) ?? []) : [],
    ),
  );
}

/** The names of a Service from anywhere in the cluster: `loadtester.test`, `loadtester.test.svc.cluster.local`. */
const SERVICE = /^([^.]+)\.([^.]+)(?:\.svc(?:\.cluster\.local)?)?$/;

/** Headgate calls no webhook outside the Canary's namespace unless whoever runs it says so. */
function leadsOut(hook: unknown, key: string, { namespace }: Surroundings): Remark | undefined {
  const text = textAt(hook, 'url') ?? '';
  const url = URL.parse(text);
  if (isFilledIn(text) || url === null || !url.hostname.includes('.')) return undefined;
  const [, name, at] = SERVICE.exec(url.hostname) ?? [];
  if (name !== undefined && at === namespace) return undefined;
  const entry = name === undefined ? `${url.protocol}//${url.host}` : `${name}.${at}`;
  const message = `leads out of the namespace of the Canary, and is called only if Headgate is told to: ${entry} in hooks.allow of the chart`;
  // The rest of a URL is often all that keeps others out.
  return noteOn(`${key}.url`, message);
}

function isSilent(alert: unknown, key: string): Remark | undefined {
  if (isRecord(alert) && alert['severity']) return undefined;
  const message = 'is left out, for which Flagger sends nothing; Headgate sends everything from info on';
  return noteOn(`${key}.severity`, message);
}

function isMissing(alert: unknown, key: string, { namespace, providers }: Surroundings): Remark | undefined {
  const name = textAt(alert, 'providerRef', 'name');
  const at = textAt(alert, 'providerRef', 'namespace') ?? namespace;
  if (
    name === undefined ||
    isFilledIn(name) ||
    isFilledIn(at) ||
    providers.has(name) ||
    (at !== undefined && providers.has(`${at}/${name}`))
  ) {
    return undefined;
  }
  const message = 'is an AlertProvider that is not in the input: import its file too, or write one';
  return noteOn(`${key}.providerRef.name`, message, name);
}

function isElsewhere(alert: unknown, key: string, { namespace }: Surroundings): Remark | undefined {
  const at = textAt(alert, 'providerRef', 'namespace') ?? namespace;
  if (textAt(alert, 'providerRef', 'name') === undefined || at === namespace || isFilledIn(at)) return undefined;
  const message = `is not the namespace of the Canary: Headgate looks there, and where it runs itself, and nowhere else; unless it runs in ${at}, write the AlertProvider into the Canary's`;
  return lossOf(`${key}.providerRef.namespace`, message, at);
}
