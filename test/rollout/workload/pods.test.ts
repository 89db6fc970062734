import t from 'tap';
import type { ContainerStatus, Pod } from '../../../src/rollout/kube.ts';
import { isCrashing } from '../../../src/rollout/workload/pods.ts';

const [EARLIER, THEN, LATER] = ['2030-01-01T00:00:00Z', '2030-01-01T00:01:00Z', '2030-01-01T00:02:00Z'];
const ended = { terminated: { exitCode: 1 } };

interface Given {
  ready?: boolean;
  phase?: string;
  deleted?: boolean;
  container: Partial<ContainerStatus>;
}

/** A pod whose readiness changed then. */
const pod = ({ ready = false, phase = 'Running', deleted = false, container }: Given): Pod => ({
  metadata: { name: 'podinfo-canary-x', ...(deleted && { deletionTimestamp: THEN }) },
  spec: { containers: [{ name: 'podinfo' }] },
  status: {
    phase,
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: THEN }],
    containerStatuses: [{ name: 'podinfo', ...container }],
  },
});

const table: Record<string, [Given, boolean]> = {
  'a container that has ended': [{ container: { state: ended } }, true],
  'one that waits to be started again': [{ container: { state: { waiting: {} }, lastState: ended } }, true],
  'one that was started again since': [
    { container: { state: { running: { startedAt: LATER } }, lastState: ended } },
    true,
  ],
  'one that was started again in the same second': [
    { container: { state: { running: { startedAt: THEN } }, lastState: ended } },
    true,
  ],
  'not one that only fails its probe': [{ container: { state: { running: { startedAt: EARLIER } } } }, false],
  'not one that ended long before its probe failed': [
    { container: { state: { running: { startedAt: EARLIER } }, lastState: ended } },
    false,
  ],
  'not one that is started for the first time': [{ container: { state: { waiting: {} } } }, false],
  'not one that is ready again': [
    { ready: true, container: { state: { running: { startedAt: EARLIER } }, lastState: ended } },
    false,
  ],
  'not one of a pod that is deleted': [{ deleted: true, container: { state: ended } }, false],
  'not one of a pod that was evicted': [{ phase: 'Failed', container: { state: ended } }, false],
};

for (const [claim, [given, crashing]] of Object.entries(table)) t.equal(isCrashing(pod(given)), crashing, claim);
t.equal(isCrashing({ metadata: { name: 'x' }, spec: { containers: [] } }), false, 'not a pod without a status');
