import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { Remark } from './remark.ts';
import type { Template } from './templates.ts';
import { entriesAt, textAt } from './texts.ts';

/** A Canary of Flagger's, and what of it more than one part of the translation looks at. */
export interface FlaggerCanary {
  name: string;
  namespace: string | undefined;
  /** The workload's name. */
  target: string;
  ingress: string;
  route: string;
  /** `spec`, with the analysis under its present name. */
  spec: Record<string, unknown>;
  /** The name under which the analysis stands in the file. */
  analysisName: 'analysis' | 'canaryAnalysis';
  metrics: unknown[];
  /** All that are in the input. */
  templates: readonly Template[];
}

export function flaggerCanaryOf(value: Record<string, unknown>, templates: readonly Template[]): FlaggerCanary {
  const written = isRecord(value['spec']) ? value['spec'] : {};
  const isOld = written['analysis'] === undefined && written['canaryAnalysis'] !== undefined;
  const { canaryAnalysis, ...rest } = written;
  const spec = isOld ? { ...rest, analysis: canaryAnalysis } : written;
  const target = textAt(spec, 'targetRef', 'name') ?? '';
  return {
    name: textAt(value, 'metadata', 'name') ?? '',
    namespace: textAt(value, 'metadata', 'namespace'),
    target,
    ingress: textAt(spec, 'ingressRef', 'name') ?? target,
    route: textAt(spec, 'routeRef', 'name') ?? target,
    spec,
    analysisName: isOld ? 'canaryAnalysis' : 'analysis',
    metrics: entriesAt(spec, 'analysis', 'metrics'),
    templates,
  };
}

/** A remark by the names that stand in the file. */
export const asWritten = ({ analysisName }: FlaggerCanary, remark: Remark): Remark => ({
  ...remark,
  key: remark.key.replace(/^spec\.analysis(?![A-Za-z])/, `spec.${analysisName}`),
});
