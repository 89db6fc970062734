import * as z from 'zod';
import { enumField, judged, textField, wrongOrMissing } from './fields.ts';
import { objectName } from './name-fields.ts';

export const TEMPLATE_KINDS = ['MetricTemplate', 'ClusterMetricTemplate'] as const;
export type TemplateKind = (typeof TEMPLATE_KINDS)[number];

const MAX_VALUE = 1_024;

/** Which template says how a metric is measured. */
export const templateRef = z
  .strictObject(
    {
      name: objectName('a MetricTemplate'),
      namespace: objectName('a namespace')
        .optional()
        .describe("The Canary's own when left out; else only the one where Headgate runs."),
      kind: enumField(TEMPLATE_KINDS, `must be ${TEMPLATE_KINDS.join(' or ')}`).default('MetricTemplate'),
    },
    { error: wrongOrMissing('must be a map such as {name: error-rate}') },
  )
  .superRefine(({ kind, namespace }, context) => {
    if (kind !== 'ClusterMetricTemplate' || namespace === undefined) return;
    context.addIssue({ code: 'custom', path: ['namespace'], message: OF_NONE });
  })
  .meta({
    description: 'The template that says whom to ask, and what.',
    'x-kubernetes-validations': [
      {
        rule: "self.kind != 'ClusterMetricTemplate' || !has(self.namespace)",
        message: 'a ClusterMetricTemplate is in no namespace',
      },
    ],
  });

const OF_NONE = 'must be left out: a ClusterMetricTemplate is in no namespace';

/** What a template's own variables stand for. */
export const templateVariables = z
  .record(
    z.string(),
    judged(textField('must be text; put it in quotes'), (value) =>
      value.length > MAX_VALUE ? `has ${value.length} characters; at most ${MAX_VALUE}` : undefined,
    ).meta({ maxLength: MAX_VALUE }),
    { error: wrongOrMissing('must be a map of texts, such as {route: checkout}') },
  )
  .meta({ maxProperties: 64 });
