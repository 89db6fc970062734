import { isRecord, valueAt } from '../../rollout/spec/rules/findings.ts';
import type { Remark } from './remark.ts';

/** The text at a path of an object; undefined where there is none. */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : undefined;
}

/** The texts of a map at a path; what is no text is left out. */
export function textsAt(value: unknown, ...path: string[]): Record<string, string> {
  const found = valueAt(value, path);
  const entries = Object.entries(isRecord(found) ? found : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The entries of a list at a path; none where there is no list. */
export function entriesAt(value: unknown, ...path: string[]): unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
}

/** `namespace/name` of an object, as far as it says. */
export const labelOf = (value: unknown): string =>
  [textAt(value, 'metadata', 'namespace'), textAt(value, 'metadata', 'name')].filter(Boolean).join('/');

/** A Canary of Flagger's, and what of it more than one part of the translation looks at. */
export interface FlaggerCanary {
  name: string;
  namespace: string | undefined;
  /** The workload's name. */
  target: string;
  /** The name of its Service. */
  service: string;
  ingress: string;
  route: string;
  /** `spec`, with the analysis under its present name. */
  spec: Record<string, unknown>;
  /** The name under which the analysis stands in the file. */
  analysisName: 'analysis' | 'canaryAnalysis';
}

export function flaggerCanaryOf(value: Record<string, unknown>): FlaggerCanary {
  const before = isRecord(value['spec']) ? value['spec'] : {};
  const isOld = before['analysis'] === undefined && before['canaryAnalysis'] !== undefined;
  const { canaryAnalysis, ...rest } = before;
  const spec = isOld ? { ...rest, analysis: canaryAnalysis } : before;
  const target = textAt(spec, 'targetRef', 'name') ?? '';
  return {
    name: textAt(value, 'metadata', 'name') ?? '',
    namespace: textAt(value, 'metadata', 'namespace'),
    target,
    service: textAt(spec, 'service', 'name') || target,
    ingress: textAt(spec, 'ingressRef', 'name') ?? target,
    route: textAt(spec, 'routeRef', 'name') ?? target,
    spec,
    analysisName: isOld ? 'canaryAnalysis' : 'analysis',
  };
}

/** A remark by the names that stand in the file. */
export const asWritten = ({ analysisName }: FlaggerCanary, remark: Remark): Remark => ({
  ...remark,
  key: remark.key.replace(/^spec\.analysis(?![A-Za-z])/, `spec.${analysisName}`),
});
