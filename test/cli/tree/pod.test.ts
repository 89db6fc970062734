import t from 'tap';
import { podEntry } from '../../../src/cli/tree/pod.ts';
import { podsShown } from '../../../src/cli/tree/pods.ts';
import type { Pod } from '../../../src/rollout/kube.ts';
import { NOW } from '../build.ts';
import { pod } from './build.ts';

const UNREADY = [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }] as const;

type Status = NonNullable<Pod['status']>;
type Container = NonNullable<Status['containerStatuses']>[number];

const container = (state: Container['state'], more: Partial<Container> = {}): Status => ({
  phase: 'Running',
  conditions: [...UNREADY],
  containerStatuses: [{ name: 'podinfo', ready: false, ...(state && { state }), ...more }],
});

const KILLED = { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-23T11:59:40Z' } };

const standings: Record<string, [status: Pod['status'], standing: string, restarts?: string, message?: string]> = {
  'a ready one': [undefined, 'ready'],
  'one that nobody has looked at': [{}, 'pending'],
  'one that runs, and whose probe fails': [container({ running: {} }), 'running, not ready (podinfo)'],
  'one that waits for a readiness gate': [
    {
      phase: 'Running',
      conditions: [
        { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: 'gate "lb" is not ready' },
      ],
      containerStatuses: [{ name: 'podinfo', ready: true }],
    },
    'running, not ready',
    '',
    'gate "lb" is not ready',
  ],
  'one that starts': [container({ waiting: { reason: 'ContainerCreating' } }), 'starting'],
  'one that crashes': [
    container(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
      { restartCount: 3, lastState: KILLED },
    ),
    'CrashLoopBackOff',
    '3 restarts, the last 20s ago after exit code 137 (OOMKilled)',
    'back-off 40s',
  ],
  'one that crashed, and is ready again': [
    {
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        { name: 'podinfo', ready: true, restartCount: 1, lastState: { terminated: { exitCode: 1, reason: 'Error' } } },
      ],
    },
    'ready',
    '1 restart, the last after exit code 1',
  ],
  'one whose image is not there': [
    container({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "podinfo:x"' } }),
    'ImagePullBackOff',
    '',
    'Back-off pulling image "podinfo:x"',
  ],
  'one that has just ended': [container({ terminated: { exitCode: 2, reason: 'Error' } }), 'ended with exit code 2'],
  'one that is in no place': [
    {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' },
      ],
    },
    'not scheduled',
    '',
    '0/3 nodes are available',
  ],
  'one that was evicted': [
    { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' },
    'Evicted',
    '',
    'The node was low on memory.',
  ],
};

for (const [sentence, [status, standing, restarts = '', message]] of Object.entries(standings)) {
  void t.test(sentence, async (t) => {
    const { cells, details = [] } = podEntry(pod('podinfo', 'aaa', 'x', status), { now: NOW, wide: false });
    t.strictSame(
      cells.map(({ text }) => text),
      ['Pod podinfo-aaa-x', standing, restarts],
    );
    t.strictSame(
      details.map(({ text }) => text),
      message === undefined ? [] : [message],
    );
  });
}

void t.test('of several containers it says which one', async (t) => {
  const crashing = pod('podinfo', 'aaa', 'x', container({ waiting: { reason: 'CrashLoopBackOff' } }));
  crashing.spec.containers.push({ name: 'proxy' });
  t.match(podEntry(crashing, { now: NOW, wide: false }).cells[1], {
    text: 'CrashLoopBackOff (podinfo)',
    colour: 'red',
  });
});

void t.test('a pod that is being deleted says nothing else', async (t) => {
  const leaving = pod('podinfo', 'aaa', 'x');
  leaving.metadata.deletionTimestamp = '2026-11-23T11:59:40Z';
  t.match(podEntry(leaving, { now: NOW, wide: false }).cells[1], { text: 'is being deleted' });
});

void t.test('-o wide adds address and node', async (t) => {
  const { cells } = podEntry(pod('podinfo', 'aaa', 'x'), { now: NOW, wide: true });
  t.match(cells, [{ text: 'Pod podinfo-aaa-x' }, { text: '10.1.0.7' }, { text: 'node-1' }, { text: 'ready' }]);
});

void t.test('what a pod says cannot steer a terminal', async (t) => {
  const status = container({ waiting: { reason: 'CreateContainerError', message: 'no \u001B[2Jcommand\nfound' } });
  const { details } = podEntry(pod('podinfo', 'aaa', 'x', status), { now: NOW, wide: false });
  t.match(details, [{ text: 'no [2Jcommand found' }]);
});

void t.test('of many ready pods some are shown; of those that are not ready all', async (t) => {
  const many = Array.from({ length: 40 }, (_, index) => pod('podinfo', 'aaa', `p${String(index).padStart(2, '0')}`));
  const pods = [...many, pod('podinfo', 'aaa', 'x', container({ running: {} }))];
  const lines = podsShown(pods, { now: NOW, wide: false }).map(({ cells }) => cells[0]?.text);
  t.equal(lines.length, 12);
  t.equal(lines[0], 'Pod podinfo-aaa-x');
  t.equal(lines.at(-1), 'and 30 more that are ready; -o wide shows them');
  t.equal(podsShown(pods, { now: NOW, wide: true }).length, 41);
});
