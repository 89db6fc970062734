import t from 'tap';
import { HELD, ROLLING } from '../../src/rollout/keys.ts';
import { annotate, annotateTemplate, holdOf, pause, restart, revision, SCHEDULER } from './build.ts';
import { admitted, heldV2, type Row, text, V2 } from './rows.ts';

const rows: Record<string, Row> = {
  'the same revision again leaves the hold as it stands, byte for byte, whoever asks': {
    old: { ...heldV2, held: `{ "by":"flux", "revision":"${revision(V2)}" }` },
    changes: [annotate({ 'example.com/ticket': '1' })],
    decision: 'keep',
    held: `{ "by":"flux", "revision":"${revision(V2)}" }`,
    paused: true,
  },
  'a replace that knows neither held nor paused gets both back': {
    old: heldV2,
    changes: [annotate({ [HELD]: undefined }), pause(undefined)],
    decision: 'keep',
    held: text({ revision: revision(V2), by: 'flux' }),
    paused: true,
    warnings: [/stays paused until revision .* is promoted/, /headgate.dev\/held is Headgate's own and was put back/],
  },
  'a resume while held stays paused and says why': {
    old: heldV2,
    changes: [pause(undefined)],
    decision: 'keep',
    held: text({ revision: revision(V2), by: 'flux' }),
    paused: true,
    warnings: [/podinfo stays paused until revision .* to skip its analysis: kubectl headgate promote podinfo -n prod/],
  },
  'a resume of a failed revision says what else there is': {
    old: { ...heldV2, held: holdOf(V2, { verdict: 'failed' }) },
    changes: [pause(false)],
    decision: 'keep',
    held: text({ revision: revision(V2), by: 'flux', verdict: 'failed' }),
    paused: true,
    warnings: [/stays paused: revision .* failed; apply another version, or: kubectl headgate retry/],
  },
  'a resume by the user who had paused starts the canary and stays paused': {
    old: { ...heldV2, held: holdOf(V2, { userPaused: true }) },
    changes: [pause(undefined)],
    decision: 'keep',
    held: text({ revision: revision(V2), by: 'flux' }),
    paused: true,
    warnings: [/now runs as podinfo-canary first; podinfo stays paused until it is promoted/],
    queueKey: 'prod/podinfo',
  },
  'a forged hold on an open gate is dropped, and its pause with it': {
    old: {},
    changes: [annotate({ [HELD]: text({ revision: 'x', by: 'eve' }) }), pause(true)],
    decision: 'pass',
    warnings: [/headgate.dev\/held is Headgate's own and was put back/],
  },
  'a changed rolling is put back': {
    old: { rolling: { from: 'a', to: 'b' } },
    changes: [annotate({ [ROLLING]: undefined })],
    decision: 'pass',
    warnings: [/headgate.dev\/rolling is Headgate's own/],
  },
  'a pause of an open Deployment is its user’s': { old: {}, changes: [pause(true)], decision: 'pass', paused: true },
  'a resume of an open Deployment is its user’s': {
    old: { paused: true },
    changes: [pause(undefined)],
    decision: 'pass',
  },
  'a restart of an open Deployment passes': { old: {}, changes: [restart], decision: 'restart' },
  'a restart while held passes and says that it waits': {
    old: heldV2,
    changes: [restart],
    decision: 'keep',
    held: text({ revision: revision(V2), by: 'flux' }),
    paused: true,
    warnings: [/a restart \(kubectl.kubernetes.io\/restartedAt\) does nothing while revision/],
  },
  'Headgate’s annotations of the template are put back': {
    old: { templateAnnotations: { 'headgate.dev/config': 'a1' } },
    changes: [annotateTemplate({ 'headgate.dev/config': 'forged', 'headgate.dev/other': 'x' })],
    decision: 'pass',
    warnings: [/of the pod template are Headgate's own and were put back/],
  },
  'the scheduler opens the gate': {
    old: heldV2,
    changes: [annotate({ [HELD]: undefined, [ROLLING]: '{}' }), pause(undefined)],
    user: SCHEDULER,
    decision: 'pass',
  },
};

t.test('what is put back, and what passes', (t) => admitted(t, rows));
