import t from 'tap';
import type { Deployment, KubeObject } from '../../../src/rollout/kube.ts';
import { ownerOf } from '../../../src/rollout/workload/generated.ts';
import { TakenNames } from '../../../src/scheduler/world/taken-names.ts';
import { canary, deployment, NAMESPACE, release, START, service, state } from '../../build.ts';

const KEY = `${NAMESPACE}/podinfo`;
const own = canary('1.0', 0, ({ metadata }) => {
  metadata.ownerReferences = [ownerOf(deployment())];
});
const foreign = canary('9.9', 1, ({ metadata }) => {
  metadata.labels = {};
});
const left = canary('1.0', 1);

interface Stored {
  watched?: Deployment;
  stored?: KubeObject[];
}

/** Names as they are looked for where some objects are, and the paths that were asked for. */
function names({ watched, stored = [] }: Stored) {
  const asked: string[] = [];
  const find = async (path: string) => {
    asked.push(path);
    return stored.find(({ kind }) => path.includes(`/${kind?.toLowerCase()}s/`));
  };
  const client = { find } as ConstructorParameters<typeof TakenNames>[0]['client'];
  return {
    asked,
    taken: new TakenNames({ client, watched: () => watched }),
  };
}

t.test('only a look asks the API server, and of that only what no watch shows', async (t) => {
  const { asked, taken } = names({ stored: [foreign] });
  t.same([await taken.of(deployment()), asked.length], [[], 0]);
  t.same(await taken.of(deployment(), START), [foreign]);
  t.same(asked, ['/apis/apps/v1/namespaces/prod/deployments/podinfo-canary']);
  t.same(await taken.of(deployment()), [foreign], 'it stays known');
  t.equal(asked.length, 1);
  const seen = names({ watched: own });
  t.same(await seen.taken.of(deployment(), START), []);
  t.same(seen.asked, [], 'its own is seen');
});

t.test('what carries the label and is not for this Deployment is seen at once', async (t) => {
  t.same(await names({ watched: left }).taken.of(deployment()), [left]);
});

t.test('what met a creation is known until a look shows that it is gone', async (t) => {
  const { taken } = names({});
  const other = service('podinfo-canary', ({ spec }) => (spec.selector = { app: 'elsewhere' }));
  taken.note(deployment(), other, START);
  t.same(await taken.of(deployment()), [other]);
  t.same(await taken.of(deployment(), START + 1), []);
});

t.test('when a look is needed', async (t) => {
  const waiting = state('Waiting', { release: release('2.0', { reason: 'NameTaken' }) });
  const paused = state('Waiting', { release: release('2.0', { reason: 'Waiting' }) });
  const working = state('Progressing', { release: release('2.0') });
  const { taken } = names({ stored: [foreign] });
  const doubtful = (now: number) =>
    [undefined, waiting, paused, working, state('Initialized')].map((at) => taken.isDoubtful(deployment(), at, now));
  t.same(doubtful(START), [true, true, true, true, false], 'at first, where a release is under way');
  await taken.of(deployment(), START);
  t.same(doubtful(START + 1_000), [true, false, false, true, false], 'a release under way contradicts what is known');
  t.same(doubtful(START + 5_000), [true, true, true, true, false], 'one that waits looks from time to time');
  taken.forget(KEY);
  t.same(doubtful(START + 5_000), [true, true, true, true, false], 'and anew');
});
