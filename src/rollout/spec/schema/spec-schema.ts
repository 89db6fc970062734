import * as z from 'zod';
import { alertSchema } from './alert-schema.ts';
import { isQualifiedName } from './dns.ts';
import { durationField, enumField, flagField, judged, textField, WEEK, wholeField, wrongOrMissing } from './fields.ts';
import { hookSchema } from './hook-schema.ts';
import { metricSchema } from './metric-schema.ts';
import { objectName } from './name-fields.ts';
import { serviceSchema } from './service-schema.ts';

const YEAR = 8760 * 3_600_000;
/** Used where a release names neither a linear plan nor a list. */
export const DEFAULT_STEP = 10;
export const DEFAULT_MAX_WEIGHT = 50;

const targetRef = z
  .strictObject(
    {
      apiVersion: enumField(['apps/v1'], 'must be apps/v1').default('apps/v1'),
      kind: enumField(['Deployment'], 'must be Deployment: nothing else can be held').default('Deployment'),
      name: objectName('the Deployment'),
    },
    { error: wrongOrMissing('must be a map such as {name: podinfo}') },
  )
  .meta({
    description: 'The Deployment that is released, in the same namespace.',
    'x-kubernetes-validations': [
      { rule: 'self.name == oldSelf.name', message: 'cannot become another Deployment: write another Canary' },
    ],
  });

const autoscalerRef = z
  .strictObject(
    {
      apiVersion: textField("must be the autoscaler's apiVersion, such as autoscaling/v2").optional(),
      kind: enumField(['HorizontalPodAutoscaler', 'ScaledObject'], 'must be HorizontalPodAutoscaler or ScaledObject'),
      name: objectName('the autoscaler'),
    },
    { error: wrongOrMissing('must be a map such as {kind: HorizontalPodAutoscaler, name: podinfo}') },
  )
  .describe('What scales the Deployment, in the same namespace.');

/** Entries are told apart by their names; that they differ is for spec-rules.ts. */
const namedList = <T extends z.ZodType>(entry: T, what: string) =>
  z
    .array(entry, { error: wrongOrMissing(`must be a list of ${what}`) })
    .max(32, `has more than 32 ${what}`)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] });

const analysis = z
  .strictObject(
    {
      interval: durationField(1_000, WEEK)
        .default('1m')
        .describe('Time at each weight before its check, and between checks.'),
      threshold: wholeField(1).default(5).describe('Failed checks, over the whole release, that fail it.'),
      maxWeight: wholeField(1, 100)
        .optional()
        .describe(`The last weight of the linear plan, in percent; ${DEFAULT_MAX_WEIGHT} when left out.`),
      stepWeight: wholeField(1, 100)
        .optional()
        .describe(`What the linear plan adds at each step, in percent; ${DEFAULT_STEP} when left out.`),
      stepWeights: z
        .array(wholeField(1, 100), {
          error: wrongOrMissing('must be a list of weights in percent, such as [5, 20, 50]'),
        })
        .min(1, 'must have at least one weight')
        .max(100, 'has more than 100 weights')
        .optional()
        .meta({
          description: 'The whole plan, in percent, rising; instead of maxWeight and stepWeight.',
          'x-kubernetes-validations': [
            { rule: 'self.isSorted() && self.all(a, self.exists_one(b, a == b))', message: 'the weights must rise' },
          ],
        }),
      inconclusiveLimit: wholeField(1).default(10).describe('Consecutive checks without data that fail the release.'),
      errorLimit: wholeField(1)
        .default(10)
        .describe('Consecutive checks with an unreachable metrics server that fail the release.'),
      unreadyGrace: durationField(0, WEEK)
        .default('30s')
        .describe("How long up to half of the canary's pods may be unready before the release fails; 0s for no time."),
      metrics: z
        .array(metricSchema, { error: wrongOrMissing('must be a list of metrics') })
        .max(32, 'has more than 32 metrics')
        .optional()
        .meta({
          description: 'What each check measures; success rate and duration when left out, nothing when empty.',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        }),
      webhooks: namedList(hookSchema, 'hooks').meta({
        description: 'Services that are asked in the course of a release.',
      }),
      alerts: namedList(alertSchema, 'alerts').meta({
        description: "Who is told of a release; instead of the installation's own receivers.",
      }),
    },
    { error: wrongOrMissing('must be a map such as {interval: 30s}') },
  )
  .meta({
    description: 'The weights, and what is measured at each of them.',
    'x-kubernetes-validations': [
      {
        rule: '!has(self.stepWeights) || !(has(self.stepWeight) || has(self.maxWeight))',
        message: 'stepWeights is the whole plan: drop stepWeight and maxWeight, or drop stepWeights',
      },
      {
        rule: `!has(self.stepWeight) || self.stepWeight <= (has(self.maxWeight) ? self.maxWeight : ${DEFAULT_MAX_WEIGHT})`,
        message: 'stepWeight is above maxWeight',
      },
    ],
  });

/**
 * `spec` of a Canary as a person writes it: the one source of its types, defaults, messages and of the CRD. What concerns
 * more than one field is in spec-rules.ts and metric-rules.ts.
 */
export const formSchema = z.strictObject(
  {
    targetRef,
    progressDeadlineSeconds: wholeField(1, WEEK / 1_000)
      .default(600)
      .describe("Longest wait for the canary's pods; the promoted Deployment has its own progressDeadlineSeconds."),
    rollbackWindow: durationField(0, YEAR)
      .default('1h')
      .describe('How long after a promotion the way back to the revision before it is not gated; 0s for never.'),
    autoscalerRef: autoscalerRef.optional(),
    selectorLabel: judged(textField('must be the key of a label'), (key) =>
      isQualifiedName(key) ? undefined : 'must be the key of a label, such as app or app.kubernetes.io/name',
    )
      .optional()
      .describe('The selector label that gets the suffix -canary; found by convention when left out.'),
    skipAnalysis: flagField()
      .default(false)
      .describe('Promote a canary as soon as it is ready; approvals are still asked for.'),
    configTracking: enumField(['enabled', 'disabled'], 'must be enabled or disabled')
      .default('enabled')
      .describe('Whether a change of a ConfigMap or Secret that the pods run on is released by canary.'),
    suspend: flagField().default(false).describe('Start nothing, and stop a release at the weight that it has.'),
    service: serviceSchema,
    analysis: analysis.prefault({}),
  },
  { error: wrongOrMissing('must be a map') },
);

export type UserForm = z.output<typeof formSchema>;
