import t from 'tap';
import { annotate, annotateTemplate, image, pause } from './build.ts';
import { ARMED, allRefused, heldV2, optIn, plain, type RefusedRow, V2, V3 } from './rows.ts';

const rows: Record<string, RefusedRow> = {
  'a change while the last promotion still rolls out is refused with the counts': {
    old: { image: V2, status: { replicas: 7, updatedReplicas: 2 }, rolling: { from: 'a', to: 'b' } },
    changes: [image(V3)],
    messages: [
      /podinfo is still rolling out podinfo:1.4.1: 2 of 6 pods are new, 5 old ones are left; apply again when it is done \(kubectl rollout status deployment\/podinfo -n prod\), or go back to the version before/,
    ],
    code: 403,
  },
  'a change right after a lift, with no new pod yet, is refused': {
    old: { image: V2, status: { updatedReplicas: 0 } },
    changes: [image(V3)],
    messages: [/0 of 6 pods are new, 6 old ones are left/],
    code: 403,
  },
  'a change right after a lift, with counts of the time before, is refused': {
    old: {
      ...{ image: V2, rolling: { from: 'a', to: 'b' } },
      status: { observedGeneration: 3, replicas: 6, updatedReplicas: 6 },
    },
    changes: [image(V3)],
    messages: [/podinfo is still rolling out podinfo:1.4.1: not all pods are there; apply again when it is done/],
    code: 403,
  },
  'a change while a canary serves in the place of pods that were all stopped is refused': {
    old: {
      ...{ image: V2, rolling: { from: 'a', to: 'b' }, strategy: 'Recreate' },
      status: { replicas: 6, updatedReplicas: 6, availableReplicas: 0 },
    },
    changes: [image(V3)],
    messages: [/podinfo is still rolling out podinfo:1.4.1: not all pods are there; apply again/],
    code: 403,
  },
  'a deadline of an earlier generation is not taken for the present one': {
    old: {
      status: { observedGeneration: 3, updatedReplicas: 2, conditions: [{ type: 'Progressing', status: 'False' }] },
    },
    changes: [image(V2)],
    messages: [/still rolling out/],
    code: 403,
  },
  'a change of a Deployment that was paused in the middle of a roll-out says to resume it': {
    old: { paused: true, status: { updatedReplicas: 3 } },
    changes: [image(V2)],
    messages: [/and it is paused; finish that first \(kubectl rollout resume deployment\/podinfo -n prod\)/],
    code: 403,
  },
  'an opt-out while held is refused with what to do first': {
    old: heldV2,
    changes: [annotate({ 'headgate.dev/canary': undefined })],
    messages: [
      /podinfo cannot leave while a revision is held: promote it \(kubectl headgate promote podinfo -n prod\) or go back/,
    ],
    code: 403,
  },
  'an opt-out while held is refused under a bypass too': {
    old: { ...heldV2, annotations: ARMED },
    changes: [annotate({ 'headgate.dev/canary': undefined })],
    messages: [/cannot leave while a revision is held/],
    code: 403,
  },
  'a change under an unreadable hold is refused with the way past it': {
    old: { ...heldV2, held: '{"revision":3}' },
    changes: [image(V3)],
    messages: [
      /headgate.dev\/held of podinfo cannot be read.*kubectl annotate deployment\/podinfo -n prod headgate.dev\/bypass="<reason>", then repeat/,
    ],
    code: 403,
  },
  'a resume under an unreadable hold is refused': {
    old: { ...heldV2, held: 'null' },
    changes: [pause(undefined)],
    messages: [/cannot be read/],
    code: 403,
  },
  'a bypass without a reason is refused': {
    old: {},
    changes: [annotate({ 'headgate.dev/bypass': ' ' })],
    messages: [/headgate.dev\/bypass: " ": wanted a reason/],
    code: 422,
  },
  'a bypass until no time is refused': {
    old: {},
    changes: [annotate({ 'headgate.dev/bypass': 'x until=tomorrow' })],
    messages: [/wanted a reason in one line, and perhaps until when/],
    code: 422,
  },
  'a wrong word as opt-in': {
    old: plain,
    changes: [annotate({ 'headgate.dev/canary': 'false' })],
    messages: [/headgate.dev\/canary/, /"false"/],
    code: 422,
  },
  'an empty opt-in': {
    old: plain,
    changes: [annotate({ 'headgate.dev/canary': '' })],
    messages: [/headgate.dev\/canary/],
    code: 422,
  },
  'every wrong setting at once': {
    old: {},
    changes: [
      annotate({ 'headgate.dev/interval': 'soon', 'headgate.dev/treshold': '5', 'headgate.dev/max-weight': '130' }),
    ],
    messages: [/headgate.dev\/interval = "soon"/, /headgate.dev\/treshold/, /headgate.dev\/max-weight = "130"/],
    code: 422,
  },
  'a template change under settings that are wrong': {
    old: { annotations: { 'headgate.dev/interval': 'soon' } },
    changes: [image(V2)],
    messages: [/headgate.dev\/interval = "soon"/],
    code: 422,
  },
  'settings in the pod template': {
    old: {},
    changes: [annotateTemplate({ 'headgate.dev/interval': '30s' })],
    messages: [/spec.template.metadata.annotations/],
    code: 422,
  },
  'an opt-in with another template while a native roll-out moves': {
    old: { ...plain, status: { updatedReplicas: 2 } },
    changes: [optIn, image(V2)],
    messages: [/still rolling out podinfo:1.4.0: 2 of 6 pods are new, 4 old ones are left/],
    code: 403,
  },
  'an opt-in of a Deployment that was paused in the middle of a roll-out': {
    old: { ...plain, paused: true, status: { updatedReplicas: 2 } },
    changes: [optIn],
    messages: [/and it is paused; finish that first/],
    code: 403,
  },
};

t.test('what is refused', (t) => allRefused(t, rows));
