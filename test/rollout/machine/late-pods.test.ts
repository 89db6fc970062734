import t from 'tap';
import type { Condition, Pod } from '../../../src/rollout/kube.ts';
import { needsPods } from '../../../src/rollout/machine/observation-needs.ts';
import { lateWords } from '../../../src/rollout/machine/troubles/late-pods.ts';
import { canary, observation, START, spec, status } from '../../build.ts';
import { after, expect, live, progressing, route } from './decided.ts';

const pod = (name: string, words: Pod['status']): Pod => ({
  metadata: { name },
  spec: { containers: [{ name: 'podinfo' }] },
  ...(words && { status: { phase: 'Pending', ...words } }),
});
const waiting = (reason: string, message: string): Pod['status'] => ({
  containerStatuses: [{ name: 'podinfo', ready: false, state: { waiting: { reason, message } } }],
});
const unschedulable: Condition = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'Unschedulable',
  message: '0/3 nodes are available',
};
const quota = canary(
  '2.0',
  0,
  status({ conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }] }),
);
const ready: Pod['status'] = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
const one = canary('2.0', 0);

const WORDS: Record<string, [Parameters<typeof lateWords>[0], string]> = {
  'nothing is known': [{ canary: one }, ''],
  'an image cannot be pulled': [
    { canary: one, pods: [pod('a', waiting('ImagePullBackOff', 'Back-off pulling image'))] },
    'a: ImagePullBackOff (Back-off pulling image)',
  ],
  'no node has room': [
    { canary: one, pods: [pod('a', { conditions: [unschedulable] })] },
    'a: not scheduled (0/3 nodes are available)',
  ],
  'a quota keeps pods away': [{ canary: quota, pods: [] }, 'exceeded quota'],
  'a probe fails': [
    {
      canary: one,
      pods: [
        pod('a', { phase: 'Running', containerStatuses: [{ name: 'podinfo', ready: false, state: { running: {} } }] }),
      ],
    },
    'a: running, not ready (podinfo)',
  ],
  'several with the same trouble': [
    {
      canary: one,
      pods: [pod('a', waiting('CrashLoopBackOff', 'x')), pod('b', waiting('CrashLoopBackOff', 'x')), pod('c', ready)],
    },
    'b: CrashLoopBackOff (x)',
  ],
  'more than anybody reads': [
    { canary: one, pods: [pod('a', waiting('E', 'x '.repeat(400)))] },
    `a: E (${'x '.repeat(150)}…)`,
  ],
};
for (const [claim, [seen, words]] of Object.entries(WORDS)) t.equal(lateWords(seen), words, claim);

const early = { weight: 0, deadline: '2030-01-01T00:01:00.000Z' };
const late = { weight: 0, deadline: '2030-01-01T00:00:30.000Z' };
const unready = { ...live, canary: one, route: route(0), pods: [pod('a', waiting('ImagePullBackOff', 'x'))] };
const told = { ...late, reason: 'CanaryNotReady', message: 'podinfo.prod …' };

expect({
  'pods that have had half of their time are told of': [
    after(progressing(late), unready),
    {
      phase: 'Progressing',
      facts: ['CanaryNotReady'],
      release: { reason: 'CanaryNotReady', message: /ImagePullBackOff/ as unknown as string },
    },
  ],
  once: [after(progressing(told), unready), { phase: 'Progressing', facts: [] }],
  'not before': [after(progressing(early), unready), { phase: 'Progressing', facts: [] }],
  'the end has the words too': [
    after(progressing({ weight: 0, deadline: '2030-01-01T00:00:09.000Z' }), unready),
    {
      phase: 'Finalising',
      facts: ['ProgressDeadlineExceeded'],
      release: { message: /a: ImagePullBackOff \(x\)/ as unknown as string },
    },
  ],
  'what is ready after all is late no more': [
    after(progressing({ ...told, weight: 20, ready: 0 }), live),
    { phase: 'Progressing', facts: [], release: { reason: undefined as unknown as string } },
  ],
});

const moment = { spec: spec(), now: START + 10_000, pinned: new Set<string>() };
t.equal(needsPods(progressing(late), observation({ canary: one }), moment), true, 'they are read for that');
t.equal(needsPods(progressing(early), observation({ canary: one }), moment), false, 'and not before');
