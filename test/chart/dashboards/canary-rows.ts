import { both, CANARY, cpu, latencyQuantile, memory, requestRate, type Side, unanswered } from './canary-queries.ts';
import { graph, number, type Row, word } from './panels.ts';

const release = (): Row => ({
  title: 'The release',
  panels: [
    word('Phase', { expr: `max by (phase) (headgate_canary_status{${CANARY}})`, legend: '{{phase}}' }),
    number("The canary's weight", 'percent', `max(headgate_canary_weight{${CANARY}})`),
    number(
      'Of its steps',
      'percentunit',
      `max(headgate_canary_step{${CANARY}}) / max(headgate_canary_steps{${CANARY}})`,
    ),
    number('Failed checks', 'none', `max(headgate_canary_failed_checks{${CANARY}})`),
    number('Waits for approval', 's', `time() - max(headgate_canary_approval_wait_timestamp_seconds{${CANARY}})`),
    number('The last release took', 's', `max(headgate_canary_last_release_duration_seconds{${CANARY}})`),
  ],
});

const latency = (side: Side, title: string) =>
  graph({
    title,
    description: 'How long clients wait: median, 90th and 99th percentile.',
    unit: 'ms',
    width: 12,
    queries: [0.5, 0.9, 0.99].map((share) => ({ expr: latencyQuantile(side, share), legend: `p${share * 100}` })),
  });

const clients = (): Row => ({
  title: 'What clients get',
  panels: [
    graph({
      title: 'Weight',
      description: 'What the route says, and what part of the requests went to the canary.',
      unit: 'percent',
      max: 100,
      queries: [
        { expr: `max(headgate_canary_weight{${CANARY}})`, legend: 'weight' },
        {
          expr: `100 * ${requestRate('canary')} / (${requestRate('stable')} + ${requestRate('canary')})`,
          legend: 'share of the requests',
        },
      ],
    }),
    graph({ title: 'Requests', unit: 'reqps', queries: both((side) => requestRate(side)) }),
    graph({
      title: 'Success',
      description: 'Answers that are no 5xx. Clients that left before the answer do not count.',
      unit: 'percent',
      max: 100,
      queries: both(
        (side) => `100 * ${requestRate(side, ',response_code!~"5..|0"')} / ${requestRate(side, ',response_code!="0"')}`,
      ),
    }),
    latency('stable', 'Latency of the stable version'),
    latency('canary', 'Latency of the canary'),
  ],
});

const checks = (): Row => ({
  title: 'The checks',
  panels: [
    graph({
      title: 'What they measured',
      description: 'Each in its own unit.',
      unit: 'short',
      queries: [{ expr: `max by (metric) (headgate_canary_check_value{${CANARY}})`, legend: '{{metric}}' }],
    }),
    graph({
      title: 'Verdicts',
      unit: 'short',
      queries: [
        {
          expr: `sum by (metric, verdict) (increase(headgate_canary_checks_total{${CANARY}}[$__rate_interval]))`,
          legend: '{{metric}}: {{verdict}}',
        },
      ],
    }),
    graph({
      title: 'Requests that no pod answered',
      description: "By Envoy's response flags.",
      unit: 'reqps',
      queries: [{ expr: unanswered, legend: '{{response_flags}}' }],
    }),
  ],
});

const pods = (): Row => ({
  title: 'The pods',
  panels: [
    graph({
      title: 'CPU',
      description: 'Cores that the pods of each side use together.',
      unit: 'short',
      width: 12,
      queries: both(cpu),
    }),
    graph({
      title: 'Memory',
      description: 'What the pods of each side use together.',
      unit: 'bytes',
      width: 12,
      queries: both(memory),
    }),
  ],
});

export const canaryRows = (): Row[] => [release(), clients(), checks(), pods()];
