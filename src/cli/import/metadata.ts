import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { textAt, textsAt } from './texts.ts';

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
    ...(isRecord(labels) && { labels }),
    ...(isRecord(annotations) && { annotations }),
  };
}

function own(entries: Record<string, string>): Record<string, string> | undefined {
  const left = Object.entries(entries).filter(([key]) => !OF_TOOLS.test(key));
  return left.length === 0 ? undefined : Object.fromEntries(left);
}
