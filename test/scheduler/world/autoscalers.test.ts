import t from 'tap';
import { KubeError } from '../../../src/cluster/errors.ts';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import { Autoscalers } from '../../../src/scheduler/world/autoscalers.ts';
import { deployment } from '../../build.ts';

const ROOT = '/apis/autoscaling/v2/namespaces/prod/horizontalpodautoscalers';
const NAMED = `${ROOT}/web`;
const CANARYS = `${ROOT}/podinfo-canary`;
const FLOOR = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/headgate-floor';

const object = (name: string): KubeObject => ({ metadata: { name, namespace: 'prod', uid: `uid-${name}` } });
const refusal = (status: number) => new KubeError('no', { code: 'KUBE_REFUSED', status });

/** What is where; an error is thrown. */
function world(stored: Record<string, KubeObject | Error> = {}) {
  const asked: string[] = [];
  const find = async (path: string) => {
    asked.push(path);
    const found = stored[path];
    if (found instanceof Error) throw found;
    return found;
  };
  const client = { find } as ConstructorParameters<typeof Autoscalers>[0];
  const autoscalers = new Autoscalers(client);
  const ref = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'web' } as const;
  const of = (revision: string, isEnding = false) => autoscalers.of(deployment(), { ref, revision, isEnding });
  return { asked, stored, autoscalers, of };
}

t.test('a release asks once for each, and once more for the canary’s before that goes', async (t) => {
  const { asked, of } = world({ [NAMED]: object('web'), [FLOOR]: object('headgate-floor') });
  t.match(await of('a'), {
    named: { is: 'found', autoscaler: { kind: 'HorizontalPodAutoscaler' } },
    isFloorKept: true,
  });
  await of('a');
  t.same(asked.toSorted(), [FLOOR, NAMED, CANARYS].toSorted());
  await of('a', true);
  t.same(asked.slice(3), [CANARYS]);
  await of('b');
  t.equal(asked.length, 7, 'the next release asks anew');
});

t.test('what is written is known', async (t) => {
  const { asked, autoscalers, of } = world({ [NAMED]: object('web') });
  t.equal((await of('a')).canarys, undefined);
  autoscalers.put(object('podinfo-canary'), object('podinfo-canary'));
  t.match(await of('a'), { canarys: { metadata: { name: 'podinfo-canary' } } });
  autoscalers.put(object('podinfo-canary'), undefined);
  t.equal((await of('a')).canarys, undefined);
  t.equal(asked.length, 3);
  autoscalers.doubt(object('podinfo-canary'));
  await of('a');
  t.same(asked.slice(3), [CANARYS], 'what a write failed at is read again');
});

t.test('what may not be read is said, and what is not there', async (t) => {
  const forbidden = world({ [NAMED]: refusal(403), [CANARYS]: refusal(403), [FLOOR]: refusal(403) });
  t.match(await forbidden.of('a'), { named: { is: 'forbidden' }, isFloorKept: undefined });
  t.match(await world().of('a'), { named: { is: 'absent' }, isFloorKept: false });
});

t.test('what the API server said to the canary’s holds for the release that it was made for', async (t) => {
  const { autoscalers, of } = world({ [NAMED]: object('web') });
  await of('a');
  autoscalers.refuse(object('podinfo-canary'), 'exceeded quota');
  t.match(await of('a'), { refused: 'exceeded quota' });
  t.equal((await of('b')).refused, undefined);
});

t.test('what failed is asked again', async (t) => {
  const { stored, of } = world({ [NAMED]: refusal(503) });
  await t.rejects(of('a'));
  stored[NAMED] = object('web');
  t.match(await of('a'), { named: { is: 'found' } });
});
