import * as z from 'zod';
import { textProblems } from '../metric-templates/template-texts.ts';
import { MAX_QUERY } from '../promql/promql.ts';
import { findingsOf } from '../rules/issues.ts';
import { specKey } from '../spec.ts';
import { enumField, judged, textField, wrongOrMissing } from './fields.ts';
import { metricProviderSchema } from './metric-provider.ts';

const POINTER = /^(\/([^~/]|~[01])*)*$/;

const http = z
  .strictObject(
    {
      method: enumField(['GET', 'POST'], 'must be GET or POST').default('GET'),
      body: textField('must be text')
        .max(MAX_QUERY, `has more than ${MAX_QUERY} characters`)
        .optional()
        .meta({ maxLength: MAX_QUERY })
        .describe('JSON that is posted; variables are replaced.'),
      value: judged(textField('must be a JSON Pointer, such as /data/score'), (value) =>
        POINTER.test(value) ? undefined : 'must be a JSON Pointer, such as /data/0/score',
      )
        .meta({ maxLength: 1_024 })
        .describe('Where in the answer the number is: a JSON Pointer.'),
    },
    { error: wrongOrMissing('must be a map such as {value: /data/score}') },
  )
  .optional()
  .describe('For http: what is asked, and where the number is.');

const fields = z.strictObject(
  {
    provider: metricProviderSchema,
    query: textField("must be a query in the provider's language, as text")
      .min(1, 'is empty; write a query that gives one number')
      .max(MAX_QUERY, `has more than ${MAX_QUERY} characters`)
      .meta({ minLength: 1, maxLength: MAX_QUERY })
      .describe(
        'Gives one number. {{ namespace }}, {{ target }}, {{ service }}, {{ canary }}, {{ interval }} and {{ variables.NAME }} are replaced. For http, the path and its parameters; for externalmetrics, a metric and its selector.',
      ),
    http,
  },
  { error: wrongOrMissing('must be a map of provider and query') },
);

/** `spec` of a MetricTemplate as a person writes it: whom to ask, and what. */
export const metricTemplateSchema = fields.superRefine((template, context) => {
  for (const { path, message } of textProblems(template))
    context.addIssue({ code: 'custom', path: [...path], message });
});

export type MetricTemplateSpec = z.output<typeof metricTemplateSchema>;

/** What is wrong with it, field by field; none where it can be asked. */
export function metricTemplateProblems(spec: unknown): { key: string; message: string }[] {
  const { error } = metricTemplateSchema.safeParse(spec);
  const found = error === undefined ? [] : findingsOf(error, metricTemplateSchema);
  return found.map(({ path, message }) => ({ key: specKey(path), message }));
}

/** The spec with its defaults, or all that is wrong with it, in words. */
export function readMetricTemplate(
  spec: unknown,
): { ok: true; value: MetricTemplateSpec } | { ok: false; message: string } {
  const parsed = metricTemplateSchema.safeParse(spec);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = metricTemplateProblems(spec).map(({ key, message }) => `${key} ${message}`);
  return { ok: false, message: problems.join('; ') };
}
