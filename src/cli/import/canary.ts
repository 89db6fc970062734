import { API_VERSION } from '../../rollout/keys.ts';
import { doubtsIn } from '../../rollout/spec/rules/doubts.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { normaliseSpec } from '../../rollout/spec/spec.ts';
import { completeAnalysis, hindranceOf } from './analysis.ts';
import { carry } from './carry.ts';
import { entryRemarks } from './entries.ts';
import { CANARY_TABLE } from './fields/canary.ts';
import { asWritten, entriesAt, type FlaggerCanary, flaggerCanaryOf } from './flagger-object.ts';
import { turnHooks } from './hook-texts.ts';
import { meantValues } from './meant-values.ts';
import { type Metadata, metadataOf } from './metadata.ts';
import { type Measures, measuresOf } from './metrics.ts';
import { isFilledIn, isQueryKey } from './placeholders.ts';
import { noteOn, problemOn, type Remark } from './remark.ts';

/** An object of Headgate's, ready to be applied. */
export interface Made {
  apiVersion: string;
  kind: 'Canary' | 'AlertProvider' | 'MetricTemplate';
  metadata: Metadata;
  spec: Record<string, unknown>;
}

/** What became of one Canary of Flagger's. */
export interface CanaryTranslation {
  /** Undefined where nothing can be made of it. */
  made?: Made;
  remarks: Remark[];
  /** Labels of the MetricTemplates that went into it. */
  templates: string[];
}

/** What else is in the input that a Canary may refer to. */
export interface Neighbours {
  templates: readonly unknown[];
  alertProviders: readonly unknown[];
}

type Spec = Record<string, unknown>;

/** Field by field by the table; then what several fields say together; then Headgate's own check. */
export function translateCanary(value: Spec, { templates, alertProviders }: Neighbours): CanaryTranslation {
  const written = flaggerCanaryOf(value);
  const meant = meantValues(CANARY_TABLE, written.spec);
  const canary = { ...written, spec: meant.spec };
  const carried = carry(CANARY_TABLE, canary.spec);
  const measures = measuresOf(entriesAt(carried.spec, 'analysis', 'metrics'), { canary, templates });
  const remarks = [...meant.remarks, ...carried.remarks, ...measures.remarks, ...entryRemarks(canary, alertProviders)];
  const told = (more: readonly Remark[]) => [...remarks, ...more].map((remark) => asWritten(canary, remark));
  const hindrance = hindranceOf(canary);
  if (hindrance !== undefined) return { remarks: told([hindrance]), templates: measures.templates };
  const { spec, remarks: more } = complete(carried.spec, canary, measures);
  return {
    made: { apiVersion: API_VERSION, kind: 'Canary', metadata: metadataOf(value), spec },
    remarks: told([...more, ...judgementOf(spec, measures.sources)]),
    templates: measures.templates,
  };
}

function complete({ analysis, ...spec }: Spec, canary: FlaggerCanary, { metrics }: Measures) {
  const hooks = turnHooks(entriesAt(analysis, 'webhooks'), canary);
  const calls = hooks.hooks.length > 0 && { webhooks: hooks.hooks };
  const completed = completeAnalysis({ ...(isRecord(analysis) && analysis), ...calls, metrics }, canary);
  return { spec: { ...spec, ...completed.spec }, remarks: [...completed.remarks, ...hooks.remarks] };
}

/** Headgate's own judgement, by Flagger's paths; none of what is filled in later. */
function judgementOf(spec: Spec, sources: readonly number[]): Remark[] {
  const outcome = normaliseSpec(spec);
  if (outcome.ok) return doubtsIn(outcome.value).map(({ key, message }) => noteOn(backTo(key, sources), message));
  return outcome.problems
    .filter(({ key, value }) => !isFilledIn(value, isQueryKey(key)))
    .map(({ key, message, value }) => problemOn(backTo(key, sources), message, isSecret(key) ? undefined : value));
}

/** A URL may have a password in it, and a command a token. */
const isSecret = (key: string): boolean => /\.webhooks\[\d+\]\.(?:url$|metadata)/.test(key);

/** Metrics may have been left out or divided: the index here is not the one there. */
const backTo = (key: string, sources: readonly number[]): string =>
  key.replace(
    /^(spec\.analysis\.metrics\[)(\d+)/,
    (_text, start: string, index: string) => `${start}${sources[Number(index)] ?? index}`,
  );
