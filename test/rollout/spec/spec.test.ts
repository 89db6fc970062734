import fc from 'fast-check';
import t from 'tap';
import { normaliseSpec, readForm } from '../../../src/rollout/spec/spec.ts';
import type { RolloutSpec, Validated } from '../../../src/rollout/spec/spec-types.ts';

/** The Canary of the announcement. */
const announced = {
  targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' },
  progressDeadlineSeconds: 60,
  autoscalerRef: { apiVersion: 'autoscaling/v2beta1', kind: 'HorizontalPodAutoscaler', name: 'podinfo' },
  service: {
    port: 9898,
    gateways: ['public-gateway.istio-system.svc.cluster.local'],
    hosts: ['app.istio.weavedx.com'],
  },
  analysis: {
    interval: '30s',
    threshold: 10,
    maxWeight: 50,
    stepWeight: 5,
    metrics: [
      { name: 'istio_requests_total', threshold: 99, interval: '30s' },
      { name: 'istio_request_duration_seconds_bucket', threshold: 500, interval: '30s' },
    ],
    webhooks: [
      {
        name: 'load-test',
        url: 'http://flagger-loadtester.test/',
        timeout: '5s',
        metadata: { cmd: 'hey -z 1m -q 10 -c 2 http://podinfo.test:9898/' },
      },
    ],
  },
};

const least = { targetRef: { name: 'podinfo' }, service: { port: 9898 } };

const specFor = (analysis: object): Validated<RolloutSpec> => normaliseSpec({ ...least, analysis });

const problemsFor = (form: unknown): [key: string, message: string][] => {
  const outcome = normaliseSpec(form);
  return outcome.ok ? [] : outcome.problems.map(({ key, message }) => [key, message]);
};

void t.test('the Canary of the announcement is read as it stands', async (t) => {
  t.same(normaliseSpec(announced), {
    ok: true,
    value: {
      progressDeadlineMs: 60_000,
      rollbackWindowMs: 3_600_000,
      skipAnalysis: false,
      suspend: false,
      configTracking: true,
      autoscalerRef: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'podinfo' },
      service: {
        port: 9898,
        portName: 'http',
        hosts: ['app.istio.weavedx.com'],
        gateways: ['istio-system/public-gateway'],
      },
      analysis: {
        intervalMs: 30_000,
        threshold: 10,
        weights: [5, 10, 15, 20, 25, 30, 35, 40, 45, 50],
        webhooks: [
          {
            name: 'load-test',
            type: 'rollout',
            url: 'http://flagger-loadtester.test/',
            timeoutMs: 5_000,
            retries: 0,
            metadata: { cmd: 'hey -z 1m -q 10 -c 2 http://podinfo.test:9898/' },
            muteAlert: false,
          },
        ],
        alerts: [],
        metrics: [
          {
            name: 'request-success-rate',
            intervalMs: 30_000,
            bounds: { min: 99 },
            source: { builtin: 'request-success-rate' },
          },
          {
            name: 'request-duration',
            intervalMs: 30_000,
            bounds: { max: 500 },
            source: { builtin: 'request-duration' },
          },
        ],
        inconclusiveLimit: 10,
        errorLimit: 10,
        unreadyGraceMs: 30_000,
      },
    },
  });
});

const plans: Record<string, [analysis: object, weights: number[]]> = {
  'the usual plan': [{}, [10, 20, 30, 40, 50]],
  'steps that do not divide the maximum end at it': [{ stepWeight: 20, maxWeight: 50 }, [20, 40, 50]],
  'a maximum below the usual step is the one step': [{ maxWeight: 5 }, [5]],
  'a step as large as the maximum': [{ stepWeight: 50 }, [50]],
  'a list is the plan': [{ stepWeights: [1, 2, 100] }, [1, 2, 100]],
};

for (const [sentence, [analysis, weights]] of Object.entries(plans)) {
  void t.test(sentence, async (t) => {
    const outcome = specFor(analysis);
    t.same(outcome.ok && outcome.value.analysis.weights, weights);
  });
}

void t.test('a linear plan rises to its maximum and no further', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }), (a, b) => {
      const [stepWeight, maxWeight] = [Math.min(a, b), Math.max(a, b)];
      const outcome = specFor({ stepWeight, maxWeight });
      if (!outcome.ok) return false;
      const { weights } = outcome.value.analysis;
      const steps = weights.map((weight, index) => weight - (weights[index - 1] ?? 0));
      return weights.at(-1) === maxWeight && steps.every((step) => step > 0 && step <= stepWeight);
    }),
  );
});

void t.test('a form says all that is wrong with it at once', async (t) => {
  const form = {
    targetRef: { apiVersion: 'apps/v1', kind: 'DaemonSet', nam: 'podinfo' },
    service: { port: '9898', hosts: 'app.example.com' },
    analysis: { interval: '1mfoo', stepWeights: [10, 5], maxWeight: 50, metrics: [{ name: 'latency' }] },
    webhook: [],
  };
  t.same(
    problemsFor(form).map(([key]) => key),
    [
      'spec.targetRef.kind',
      'spec.targetRef.name',
      'spec.targetRef.nam',
      'spec.service.port',
      'spec.service.hosts',
      'spec.analysis.interval',
      'spec.webhook',
      'spec.analysis.stepWeights',
      'spec.analysis.maxWeight',
      'spec.analysis.metrics[0].name',
      'spec.analysis.metrics[0]',
    ],
  );
});

const wrong: Record<string, [form: unknown, key: string, says: string]> = {
  'a form that is none': [null, 'spec', 'must be a map'],
  'a form without a target': [{ service: { port: 1 } }, 'spec.targetRef', 'is missing'],
  'a form without a service': [{ targetRef: { name: 'a' } }, 'spec.service', 'such as {port: 9898}'],
  'an autoscaler of another group': [
    { ...least, autoscalerRef: { apiVersion: 'apps/v1', kind: 'ScaledObject', name: 'a' } },
    'spec.autoscalerRef.apiVersion',
    'keda.sh/',
  ],
  'an empty list of steps': [{ ...least, analysis: { stepWeights: [] } }, 'spec.analysis.stepWeights', 'at least one'],
  'an unknown key': [{ ...least, anlaysis: {} }, 'spec.anlaysis', 'did you mean analysis?'],
  'an unknown key of a metric': [
    { ...least, analysis: { metrics: [{ name: 'request-duration', threshold: 1, windows: '1m' }] } },
    'spec.analysis.metrics[0].windows',
    'known are name, threshold, thresholdRange, interval, query',
  ],
  'a threshold beyond what is stored': [
    { ...least, analysis: { threshold: 1e12 } },
    'spec.analysis.threshold',
    'whole',
  ],
};

for (const [sentence, [form, key, says]] of Object.entries(wrong)) {
  void t.test(`${sentence} is refused`, async (t) => {
    const [problem, ...more] = problemsFor(form).filter(([found]) => found === key);
    t.match(problem?.[1], says);
    t.same(more, []);
  });
}

void t.test('no form throws', async () => {
  const key = fc.constantFrom('targetRef', 'service', 'analysis', 'metrics', 'stepWeights', '0', 'name', '__proto__');
  const form = fc.object({ key, maxDepth: 4, values: [fc.string(), fc.double(), fc.constant(null), fc.boolean()] });
  fc.assert(fc.property(fc.oneof(form, fc.anything()), (value) => typeof normaliseSpec(value).ok === 'boolean'));
});

void t.test('a complete form reads as itself', async (t) => {
  for (const form of [announced, least, { ...least, analysis: { stepWeights: [1, 2] } }]) {
    const reading = readForm(form);
    t.ok(reading.ok);
    if (reading.ok) t.same(readForm(reading.form), reading);
  }
});
