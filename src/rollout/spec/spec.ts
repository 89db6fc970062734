import { normaliseMetric, usualMetrics } from './metrics.ts';
import { type Finding, type NameField, type Path, pathText, valueAt } from './rules/findings.ts';
import { boundFindings } from './rules/form-bounds.ts';
import { findingsOf } from './rules/issues.ts';
import { ruleFindings } from './rules/spec-rules.ts';
import type { AlertForm } from './schema/alert-schema.ts';
import { parseDuration } from './schema/durations.ts';
import type { HookForm } from './schema/hook-schema.ts';
import { DEFAULT_MAX_WEIGHT, DEFAULT_STEP, formSchema, type UserForm } from './schema/spec-schema.ts';
import { serviceOf } from './service-spec.ts';
import type { Alert, AutoscalerRef, Hook, RolloutSpec, Validated } from './spec-types.ts';

export type { UserForm } from './schema/spec-schema.ts';

/** A form with every default in place, or all that is wrong with it. */
export type FormReading = { ok: true; form: UserForm } | { ok: false; findings: Finding[] };

/** Reads `spec` of a Canary; `nameField` names fields in messages that speak of a second one. */
export function readForm(input: unknown, nameField: NameField = specKey): FormReading {
  const tooMuch = boundFindings(input);
  if (tooMuch.length > 0) return { ok: false, findings: tooMuch };
  const parsed = formSchema.safeParse(input);
  const found = [...(parsed.success ? [] : findingsOf(parsed.error, formSchema)), ...ruleFindings(input, nameField)];
  if (parsed.success && found.length === 0) return { ok: true, form: complete(parsed.data) };
  return { ok: false, findings: distinct(found) };
}

/** A field of `spec`, as problems name it: `spec.analysis.interval`. */
export const specKey = (path: Path): string => pathText('spec', path);

/** `spec` of a Canary, complete and in numbers, or every problem at once, by its path (`spec.analysis.interval`). */
export function normaliseSpec(userForm: unknown): Validated<RolloutSpec> {
  const reading = readForm(userForm);
  if (reading.ok) return { ok: true, value: specOf(reading.form) };
  const problems = reading.findings.map(({ path, message, isLarge }) => ({
    key: specKey(path),
    value: isLarge ? undefined : valueAt(userForm, path),
    message,
  }));
  return { ok: false, problems };
}

/** One complaint a place and wording. */
const distinct = (findings: Finding[]): Finding[] => [
  ...new Map(findings.map((finding) => [JSON.stringify([finding.path, finding.message]), finding])).values(),
];

/** The plan and the metrics too, which have no default of their own in the schema: one plan excludes the other. */
function complete(form: UserForm): UserForm {
  const { maxWeight = DEFAULT_MAX_WEIGHT, stepWeight = Math.min(DEFAULT_STEP, maxWeight), ...rest } = form.analysis;
  const plan = rest.stepWeights === undefined ? { maxWeight, stepWeight } : {};
  return { ...form, analysis: { ...rest, ...plan, metrics: rest.metrics ?? usualMetrics() } };
}

/** The numbers of a complete form. */
export function specOf(form: UserForm): RolloutSpec {
  const { service, analysis, autoscalerRef, selectorLabel } = form;
  const { interval, threshold, inconclusiveLimit, errorLimit, unreadyGrace } = analysis;
  const { metrics = [], webhooks = [], alerts = [] } = analysis;
  return {
    progressDeadlineMs: form.progressDeadlineSeconds * 1_000,
    rollbackWindowMs: parseDuration(form.rollbackWindow) ?? 0,
    ...(autoscalerRef !== undefined && { autoscalerRef: autoscalerOf(autoscalerRef) }),
    ...(selectorLabel !== undefined && { selectorLabel }),
    skipAnalysis: form.skipAnalysis,
    suspend: form.suspend,
    configTracking: form.configTracking === 'enabled',
    service: serviceOf(service),
    analysis: {
      intervalMs: parseDuration(interval) ?? 0,
      threshold,
      weights: weightsOf(analysis),
      metrics: metrics.map(normaliseMetric),
      inconclusiveLimit,
      errorLimit,
      unreadyGraceMs: parseDuration(unreadyGrace) ?? 0,
      webhooks: webhooks.map(normaliseHook),
      alerts: alerts.map(normaliseAlert),
    },
  };
}

const normaliseHook = ({ timeout, timeLimit, metadata = {}, ...hook }: HookForm): Hook => ({
  ...hook,
  metadata,
  timeoutMs: parseDuration(timeout) ?? 0,
  ...(timeLimit !== undefined && { timeLimitMs: parseDuration(timeLimit) ?? 0 }),
});

const normaliseAlert = ({ providerRef: { name, namespace }, ...alert }: AlertForm): Alert => ({
  ...alert,
  provider: { name, ...(namespace !== undefined && { namespace }) },
});

/** Old versions of the API are gone from clusters; the autoscaler is the same object under the present one. */
const autoscalerOf = ({ kind, name }: NonNullable<UserForm['autoscalerRef']>): AutoscalerRef => ({
  apiVersion: kind === 'ScaledObject' ? 'keda.sh/v1alpha1' : 'autoscaling/v2',
  kind,
  name,
});

/** The linear plan ends exactly at maxWeight, whether or not the steps divide it. */
function weightsOf({
  stepWeights,
  stepWeight = DEFAULT_STEP,
  maxWeight = DEFAULT_MAX_WEIGHT,
}: UserForm['analysis']): number[] {
  if (stepWeights !== undefined) return stepWeights;
  return Array.from({ length: Math.ceil(maxWeight / stepWeight) }, (_, step) =>
    Math.min((step + 1) * stepWeight, maxWeight),
  );
}
