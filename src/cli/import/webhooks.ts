import type { FlaggerCanary } from './flagger-canary.ts';
import type { Remark } from './remark.ts';
import { entriesAt, textAt } from './texts.ts';

/** The names of a Service from anywhere in the cluster: `loadtester.test`, `loadtester.test.svc.cluster.local`. */
const SERVICE = /^([^.]+)\.([^.]+)(?:\.svc(?:\.cluster\.local)?)?$/;

/** Webhooks that Headgate does not call unless whoever runs it says so: those that lead out of the Canary's namespace. */
export const webhookRemarks = ({ spec, namespace }: FlaggerCanary): Remark[] =>
  entriesAt(spec, 'analysis', 'webhooks').flatMap((hook, index): Remark[] => {
    const url = textAt(hook, 'url') ?? '';
    const entry = allowanceFor(url, namespace);
    if (entry === undefined) return [];
    const message = `leads out of the namespace of the Canary, and is called only if Headgate is told to: ${entry} in hooks.allow of the chart`;
    return [{ kind: 'note', key: `spec.analysis.webhooks[${index}].url`, value: url, message }];
  });

/** The entry that allows an address; undefined where it needs none, or is no address. */
function allowanceFor(text: string, namespace: string | undefined): string | undefined {
  const url = URL.parse(text);
  if (url === null || !url.hostname.includes('.')) return undefined;
  const [, name, at] = SERVICE.exec(url.hostname) ?? [];
  if (name === undefined) return `${url.protocol}//${url.host}`;
  return at === namespace ? undefined : `${name}.${at}`;
}
