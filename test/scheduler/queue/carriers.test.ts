import t from 'tap';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { Carriers } from '../../../src/scheduler/queue/carriers.ts';

const record = (resourceVersion: string, phase: string, name = 'podinfo') =>
  ({ metadata: { namespace: 'prod', name, resourceVersion }, spec: {}, status: { phase } }) as unknown as Canary;

t.test('a release is carried on by who committed its status last', async (t) => {
  const carriers = new Carriers();
  t.equal(carriers.of([record('1', 'Waiting')]), 'unknown', 'as it was found');
  carriers.note(record('2', 'Progressing'));
  t.equal(carriers.of([record('2', 'Progressing')]), 'us');
  t.equal(carriers.of([record('3', 'Progressing')]), 'us', 'its settings are others');
  t.equal(carriers.of([record('4', 'Promoting')]), 'others');
  t.equal(carriers.of([record('5', 'Promoting')]), 'others', 'its settings are others');
  carriers.note(record('6', 'Succeeded'));
  t.equal(carriers.of([record('6', 'Succeeded')]), 'us');
});

t.test('as it was found it says nothing of who wrote it', async (t) => {
  const carriers = new Carriers();
  t.equal(carriers.of([]), 'unknown');
  t.equal(carriers.of([record('1', 'Waiting')]), 'unknown');
  t.equal(carriers.of([record('2', 'Waiting')]), 'unknown');
  t.equal(carriers.of([record('3', 'Progressing')]), 'others');
});

t.test('an echo that came before the answer of the commit is ours all the same', async (t) => {
  const carriers = new Carriers();
  carriers.of([record('1', 'Waiting')]);
  t.equal(carriers.of([record('2', 'Progressing')]), 'others');
  carriers.note(record('2', 'Progressing'));
  t.equal(carriers.of([record('2', 'Progressing')]), 'us');
});

t.test('of all that name a Deployment, ours counts first', async (t) => {
  const carriers = new Carriers();
  const other = (version: string, phase: string) => record(version, phase, 'another');
  carriers.of([other('1', '')]);
  t.equal(carriers.of([other('2', 'Waiting')]), 'others');
  carriers.note(record('3', 'Waiting'));
  t.equal(carriers.of([other('2', 'Waiting'), record('3', 'Waiting')]), 'us');
});

t.test('what is remembered has a bound', async (t) => {
  const carriers = new Carriers();
  for (let index = 0; index <= 20_000; index += 1) carriers.note(record('1', 'Waiting', `app-${index}`));
  t.equal(carriers.of([record('1', 'Waiting', 'app-1')]), 'us');
  t.equal(carriers.of([record('1', 'Waiting', 'app-0')]), 'unknown');
});
