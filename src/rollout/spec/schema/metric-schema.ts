import * as z from 'zod';
import { BUILTIN_NAMES, BUILTINS } from '../builtin-metrics.ts';
import { MAX_QUERY, queryProblem } from '../promql/promql.ts';
import { durationField, judged, textField, WEEK, wrongOrMissing } from './fields.ts';
import { listedName } from './name-fields.ts';
import { templateRef, templateVariables } from './template-ref.ts';

const bound = (description: string) => z.number({ error: boundWords }).meta({ description });

const boundWords = ({ input }: { input?: unknown }): string =>
  typeof input === 'number'
    ? 'must be a number that has an end; leave it out for no bound'
    : wrongOrMissing('must be a number, without quotes')({ input });

const rangeSchema = z
  .strictObject(
    { min: bound('The least good value.').optional(), max: bound('The greatest good value.').optional() },
    { error: wrongOrMissing('must be a map of min, max or both, such as {min: 99}') },
  )
  .meta({
    description: 'The value must lie in it, bounds included.',
    'x-kubernetes-validations': [
      { rule: 'has(self.min) || has(self.max)', message: 'needs min, max or both' },
      { rule: '!has(self.min) || !has(self.max) || self.min <= self.max', message: 'min is above max' },
    ],
  });

const ownNames = BUILTIN_NAMES.flatMap((name) => [name, ...BUILTINS[name].aliases]);

/** One metric as a person writes it, in an annotation's list or in a Canary. */
export const metricSchema = z
  .strictObject(
    {
      name: listedName('the metric').describe(
        `${BUILTIN_NAMES.join(' or ')}, or any name beside a query or a template.`,
      ),
      threshold: bound(
        'One bound: the least percentage for request-success-rate, the most milliseconds for request-duration, the greatest value of a query.',
      ).optional(),
      thresholdRange: rangeSchema.optional(),
      interval: durationField(1_000, WEEK).default('1m').describe('The window that the value is computed over.'),
      query: judged(textField('must be PromQL, as text'), queryProblem).optional().meta({
        description:
          'PromQL that gives one number; {{ namespace }}, {{ target }}, {{ service }}, {{ canary }} and {{ interval }} are replaced.',
        minLength: 1,
        maxLength: MAX_QUERY,
      }),
      templateRef: templateRef.optional(),
      templateVariables: templateVariables.optional().describe('What {{ variables.NAME }} in the template stands for.'),
    },
    { error: wrongOrMissing('must be a map such as {name: request-success-rate, threshold: 99}') },
  )
  .meta({
    'x-kubernetes-validations': [
      { rule: 'has(self.threshold) != has(self.thresholdRange)', message: 'needs either threshold or thresholdRange' },
      {
        rule: `(has(self.query) || has(self.templateRef)) != (self.name in ${JSON.stringify(ownNames)})`,
        message: `needs a query or a templateRef, unless its name is ${BUILTIN_NAMES.join(' or ')}`,
      },
      { rule: '!has(self.query) || !has(self.templateRef)', message: 'has a query and a templateRef; one of them' },
      {
        rule: '!has(self.templateVariables) || has(self.templateRef)',
        message: 'has templateVariables without templateRef',
      },
    ],
  });

export type MetricForm = z.output<typeof metricSchema>;
