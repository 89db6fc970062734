import t from 'tap';
import { ENROLLED, HELD, ROLLING } from '../../src/rollout/keys.ts';
import { annotate, holdOf, image, label, revision, SCHEDULER } from './build.ts';
import { admitted, optIn, optOut, plain, type Row, text, V1, V2 } from './rows.ts';

const TAKEN = /^headgate: the Service whose traffic podinfo divides is /;

const rows: Record<string, Row> = {
  'what is not opted in is not Headgate’s': { old: plain, changes: [image(V2)], decision: 'pass', enrolled: false },
  'an opt-in adds the label and restarts nothing': {
    old: plain,
    changes: [optIn],
    decision: 'opt-in',
    warnings: [
      /podinfo is enrolled: the next change of its pod template runs as podinfo-canary first/,
      /^headgate: the Service whose traffic podinfo divides is that of its name, else the only one that selects its pods, else one that is made, of port 9898 \(http\); the label app tells its canary apart$/,
    ],
    queueKey: 'prod/podinfo',
  },
  'a query that Prometheus may not know is told of with the opt-in': {
    old: plain,
    changes: [
      optIn,
      annotate({
        'headgate.dev/metrics': '[{name: errors, threshold: 5, query: "sum(rate(x[1m])) keep_metric_names"}]',
      }),
    ],
    decision: 'opt-in',
    warnings: [
      /enrolled/,
      TAKEN,
      /^headgate: headgate\.dev\/metrics\[0\]\.query is not what Prometheus takes: "keep_metric_names" at line 1/,
    ],
    queueKey: 'prod/podinfo',
  },
  'an opt-in by a Canary is one': {
    old: plain,
    changes: [annotate({ 'headgate.dev/canary': 'canary/web' })],
    decision: 'opt-in',
    warnings: [/enrolled/, /^headgate: which Service, port and label podinfo takes is said by Canary web$/],
    queueKey: 'prod/podinfo',
  },
  'the scheduler’s opt-in is as anybody’s': {
    old: plain,
    changes: [annotate({ 'headgate.dev/canary': 'canary/web' })],
    user: SCHEDULER,
    decision: 'opt-in',
    warnings: [/enrolled/, /^headgate: which Service, port and label podinfo takes is said by Canary web$/],
    queueKey: 'prod/podinfo',
  },
  'a Service that is named is said by its name': {
    old: plain,
    changes: [optIn, annotate({ 'headgate.dev/service': 'web', 'headgate.dev/selector-label': 'app' })],
    decision: 'opt-in',
    warnings: [/enrolled/, /podinfo divides is web; the label app tells/],
    queueKey: 'prod/podinfo',
  },
  'state that stood there before the opt-in is dropped': {
    old: { ...plain, held: holdOf(V1), paused: false, rolling: { from: 'a', to: 'b' } },
    changes: [optIn],
    decision: 'opt-in',
    warnings: [/enrolled/, TAKEN],
    queueKey: 'prod/podinfo',
    notes: { [ROLLING]: undefined },
  },
  'state that comes with the opt-in is dropped': {
    old: plain,
    changes: [optIn, annotate({ [HELD]: text(holdOf(V2)), [ROLLING]: '{"from":"a","to":"b"}' })],
    decision: 'opt-in',
    warnings: [/enrolled/, TAKEN],
    queueKey: 'prod/podinfo',
    notes: { [ROLLING]: undefined },
  },
  'an opt-in with another template holds it': {
    old: plain,
    changes: [optIn, image(V2)],
    decision: 'hold',
    held: text({ revision: revision(V2), by: 'jane' }),
    paused: true,
    warnings: [/is held/, /enrolled/, TAKEN],
    queueKey: 'prod/podinfo',
  },
  'an opt-in of a paused Deployment whose template is ahead of its pods holds it': {
    old: { ...plain, paused: true, status: { updatedReplicas: 0 } },
    changes: [optIn],
    decision: 'hold',
    held: text({ revision: revision(V1), by: 'jane', userPaused: true }),
    paused: true,
    warnings: [/once you run: kubectl rollout resume/, /enrolled/, TAKEN],
    queueKey: 'prod/podinfo',
  },
  'an opt-in of a paused Deployment that nobody has looked at yet holds it': {
    old: { ...plain, paused: true, status: { observedGeneration: 3 } },
    changes: [optIn],
    decision: 'hold',
    held: text({ revision: revision(V1), by: 'jane', userPaused: true }),
    paused: true,
    warnings: [/rollout resume/, /enrolled/, TAKEN],
    queueKey: 'prod/podinfo',
  },
  'an opt-in of a paused Deployment that runs its template holds nothing': {
    old: { ...plain, paused: true },
    changes: [optIn],
    decision: 'opt-in',
    paused: true,
    warnings: [/enrolled/, TAKEN],
    queueKey: 'prod/podinfo',
  },
  'an opt-in while a native roll-out moves holds nothing': {
    old: { ...plain, status: { updatedReplicas: 2 } },
    changes: [optIn],
    decision: 'opt-in',
    warnings: [/enrolled/, TAKEN],
    queueKey: 'prod/podinfo',
  },
  'a removed label is put back': {
    old: {},
    changes: [label({ [ENROLLED]: undefined })],
    decision: 'pass',
    warnings: [/headgate.dev\/enrolled is Headgate's own and was put back/],
  },
  'a label that was never written is added without a word': {
    old: { labels: { [ENROLLED]: 'false' } },
    changes: [annotate({ 'headgate.dev/interval': '30s' })],
    decision: 'settings',
    queueKey: 'prod/podinfo',
  },
  'an opt-out from a Canary is one': {
    old: { optIn: 'canary/web' },
    changes: [optOut],
    decision: 'opt-out',
    enrolled: false,
    queueKey: 'prod/podinfo',
  },
  'an opt-out leaves its user’s pause': {
    old: { paused: true },
    changes: [optOut],
    decision: 'opt-out',
    enrolled: false,
    paused: true,
    queueKey: 'prod/podinfo',
  },
};

t.test('opt-in and opt-out', (t) => admitted(t, rows));
