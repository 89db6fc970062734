import { valueAt } from '../../rollout/spec/rules/findings.ts';
import { isDnsLabel, isDnsSubdomain } from '../../rollout/spec/schema/dns.ts';
import { textAt, textsAt } from './flagger-object.ts';
import { isFilledIn } from './placeholders.ts';
import { problemOn, type Remark } from './remark.ts';

/** Keys by which a tool knows what it manages: a new object must not pass for the old one. */
const OF_TOOLS =
  /^(?:kubectl\.kubernetes\.io\/|meta\.helm\.sh\/|helm\.sh\/|argocd\.argoproj\.io\/|[\w.-]*\.?toolkit\.fluxcd\.io\/|app\.kubernetes\.io\/managed-by$)/;

export interface Metadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** What of an object's metadata a person wrote. */
export function metadataOf(value: unknown): Metadata {
  const namespace = textAt(value, 'metadata', 'namespace');
  const [labels, annotations] = ['labels', 'annotations'].map((kind) => own(textsAt(value, 'metadata', kind)));
  return {
    name: textAt(value, 'metadata', 'name') ?? '',
    ...(namespace !== undefined && { namespace }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
}

function own(entries: Record<string, string>): Record<string, string> | undefined {
  const left = Object.entries(entries).filter(([key]) => !OF_TOOLS.test(key));
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

/** What the API server would refuse of an object's own name and namespace; without a namespace the object goes to the present one. */
export function metadataRemarks(value: unknown): Remark[] {
  const name = valueAt(value, ['metadata', 'name']);
  if (name === undefined) return [problemOn('metadata.name', 'is missing; without it nothing can be applied')];
  const namespace = valueAt(value, ['metadata', 'namespace']);
  return [
    ...nameRemarks('name', name, isDnsSubdomain, 'lower case letters, digits, - and .'),
    ...(namespace === undefined
      ? []
      : nameRemarks('namespace', namespace, isDnsLabel, 'lower case letters, digits and -')),
  ];
}

function nameRemarks(field: string, name: unknown, isName: (text: string) => boolean, letters: string): Remark[] {
  if (isFilledIn(name) || (typeof name === 'string' && isName(name))) return [];
  const message = `is no name that Kubernetes takes: it must be text of ${letters}, without - at either end`;
  return [problemOn(`metadata.${field}`, message, name)];
}
