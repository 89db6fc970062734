import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { FlaggerCanary } from './flagger-canary.ts';
import type { Remark } from './remark.ts';
import { entriesAt, labelOf, textAt } from './texts.ts';

/** What to know about the alerts of a Canary that their fields alone do not say. */
export function alertRemarks({ spec, namespace }: FlaggerCanary, providers: readonly unknown[]): Remark[] {
  const known = new Set(providers.map(labelOf));
  return entriesAt(spec, 'analysis', 'alerts').flatMap((alert, index) => {
    const key = `spec.analysis.alerts[${index}]`;
    return isRecord(alert) ? [...silent(alert, key), ...unknown(alert, key, { known, namespace })] : [];
  });
}

function silent(alert: Record<string, unknown>, key: string): Remark[] {
  if (alert['severity']) return [];
  const message = 'is left out, for which Flagger sends nothing; Headgate sends everything from info on';
  return [{ kind: 'note', key: `${key}.severity`, message }];
}

interface Known {
  known: ReadonlySet<string>;
  namespace: string | undefined;
}

function unknown(alert: unknown, key: string, { known, namespace }: Known): Remark[] {
  const name = textAt(alert, 'providerRef', 'name');
  if (name === undefined) return [];
  const at = textAt(alert, 'providerRef', 'namespace') ?? namespace;
  const remarks: Remark[] = [];
  if (!known.has(name) && !(at !== undefined && known.has(`${at}/${name}`))) {
    const message = 'is an AlertProvider that is not in the input: import its file too, or write one';
    remarks.push({ kind: 'note', key: `${key}.providerRef.name`, value: name, message });
  }
  if (at !== namespace) {
    const message = `is not the namespace of the Canary: Headgate looks there, and where it runs itself, and nowhere else; unless it runs in ${at}, write the AlertProvider into the Canary's`;
    remarks.push({ kind: 'lost', key: `${key}.providerRef.namespace`, value: at, message });
  }
  return remarks;
}
