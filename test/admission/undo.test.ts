import t from 'tap';
import { ROLLING } from '../../src/rollout/keys.ts';
import { annotate, annotateTemplate, image, restart, revision } from './build.ts';
import { ARMED, admitted, optOut, type Row, text, V2 } from './rows.ts';

const rows: Record<string, Row> = {
  'an opt-out takes label and state away and leaves the settings': {
    old: { annotations: { 'headgate.dev/interval': '30s' }, rolling: { from: 'a', to: 'b' } },
    changes: [optOut],
    decision: 'opt-out',
    enrolled: false,
    queueKey: 'prod/podinfo',
    notes: { [ROLLING]: undefined, 'headgate.dev/interval': '30s' },
  },
  'an undo to before the enrolment is held, and the opt-in and settings stay': {
    old: { annotations: { 'headgate.dev/interval': '30s' } },
    changes: [image(V2), optOut, annotate({ 'headgate.dev/interval': undefined })],
    decision: 'hold',
    held: text({ revision: revision(V2), by: 'jane' }),
    paused: true,
    warnings: [
      /is held/,
      /podinfo stays enrolled: removing headgate.dev\/canary does not count in a request that changes the pod template/,
    ],
    queueKey: 'prod/podinfo',
    notes: { 'headgate.dev/interval': '30s', 'headgate.dev/canary': 'true' },
  },
  'an undo to before the enrolment, from under a bypass, is held and drops it': {
    old: { annotations: ARMED },
    changes: [image(V2), optOut, annotate({ 'headgate.dev/bypass': undefined })],
    decision: 'hold',
    held: text({ revision: revision(V2), by: 'jane' }),
    paused: true,
    warnings: [/is held/, /did not come with this request/, /stays enrolled/],
    queueKey: 'prod/podinfo',
    notes: { 'headgate.dev/bypass': undefined },
  },
  'an undo to a revision from under a bypass does not bring it back': {
    old: {},
    changes: [image(V2), annotate({ 'headgate.dev/bypass': 'incident 7' })],
    decision: 'hold',
    held: text({ revision: revision(V2), by: 'jane' }),
    paused: true,
    warnings: [/is held/, /headgate.dev\/bypass does not count in the request that brings it/],
    queueKey: 'prod/podinfo',
    notes: { 'headgate.dev/bypass': undefined },
  },
  'an undo of a mere restart to before the enrolment keeps the opt-in': {
    old: { templateAnnotations: { 'kubectl.kubernetes.io/restartedAt': 'then' } },
    changes: [annotateTemplate({ 'kubectl.kubernetes.io/restartedAt': undefined }), optOut],
    decision: 'restart',
    warnings: [/stays enrolled/],
    notes: { 'headgate.dev/canary': 'true' },
  },
  'settings that come with a template are its user’s': {
    old: { annotations: { 'headgate.dev/interval': '30s' } },
    changes: [image(V2), annotate({ 'headgate.dev/interval': '45s' })],
    decision: 'hold',
    held: text({ revision: revision(V2), by: 'jane' }),
    paused: true,
    warnings: [/is held/],
    queueKey: 'prod/podinfo',
    notes: { 'headgate.dev/interval': '45s' },
  },
  'a restart passes although stored settings are wrong': {
    old: { annotations: { 'headgate.dev/interval': 'soon' } },
    changes: [restart],
    decision: 'restart',
  },
  'wrong settings can be put right': {
    old: { annotations: { 'headgate.dev/interval': 'soon' } },
    changes: [annotate({ 'headgate.dev/interval': '30s' })],
    decision: 'settings',
    queueKey: 'prod/podinfo',
  },
  'a Deployment with wrong settings can opt out': {
    old: { annotations: { 'headgate.dev/interval': 'soon' } },
    changes: [optOut],
    decision: 'opt-out',
    enrolled: false,
    queueKey: 'prod/podinfo',
  },
  'a bypass ships although stored settings are wrong': {
    old: { annotations: { 'headgate.dev/interval': 'soon', ...ARMED } },
    changes: [image(V2)],
    decision: 'bypass',
    warnings: [/ships/],
    queueKey: 'prod/podinfo',
  },
};

t.test('annotations that come with a template, and settings', (t) => admitted(t, rows));
