import t from 'tap';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { Carriers } from '../../../src/scheduler/queue/carriers.ts';

let now = 1_000;

const record = (resourceVersion: string, phase: string, name = 'podinfo') =>
  ({ metadata: { namespace: 'prod', name, resourceVersion }, spec: {}, status: { phase } }) as unknown as Canary;

t.test('a release is carried on by who committed its status last', async (t) => {
  const carriers = new Carriers(() => now);
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
  const carriers = new Carriers(() => now);
  t.equal(carriers.of([]), 'unknown');
  t.equal(carriers.of([record('1', 'Waiting')]), 'unknown');
  t.equal(carriers.of([record('2', 'Waiting')]), 'unknown');
  t.equal(carriers.of([record('3', 'Progressing')]), 'others');
});

t.test('an echo that came before the answer of the commit is ours all the same', async (t) => {
  const carriers = new Carriers(() => now);
  carriers.of([record('1', 'Waiting')]);
  t.equal(carriers.of([record('2', 'Progressing')]), 'others');
  carriers.note(record('2', 'Progressing'));
  t.equal(carriers.of([record('2', 'Progressing')]), 'us');
});

t.test('of all that name a Deployment, ours counts first', async (t) => {
  const carriers = new Carriers(() => now);
  const other = (version: string, phase: string) => record(version, phase, 'another');
  carriers.of([other('1', '')]);
  t.equal(carriers.of([other('2', 'Waiting')]), 'others');
  carriers.note(record('3', 'Waiting'));
  t.equal(carriers.of([other('2', 'Waiting'), record('3', 'Waiting')]), 'us');
});

t.test('what others commit is news once, and nothing else is', async (t) => {
  const carriers = new Carriers(() => now);
  const isNews = (version: string, phase: string) => carriers.see([record(version, phase)]).isNews;
  t.notOk(isNews('1', 'Waiting'), 'as it was found');
  t.ok(isNews('2', 'Progressing'));
  t.notOk(isNews('2', 'Progressing'), 'seen again');
  t.notOk(isNews('3', 'Progressing'), 'its settings are others');
  carriers.note(record('4', 'Promoting'));
  t.notOk(isNews('4', 'Promoting'), 'a commit of its own');
});

t.test('asking who carries it on takes no news away', async (t) => {
  const carriers = new Carriers(() => now);
  carriers.of([record('1', 'Waiting')]);
  t.equal(carriers.of([record('2', 'Progressing')]), 'others');
  t.ok(carriers.see([record('3', 'Progressing')]).isNews, 'though its settings are others since');
  t.notOk(carriers.see([record('3', 'Progressing')]).isNews);
});

t.test('what this process gives up is for anybody, until it or another commits', async (t) => {
  const carriers = new Carriers(() => now);
  carriers.note(record('1', 'Progressing'));
  carriers.giveUp([record('1', 'Progressing')]);
  t.equal(carriers.of([record('1', 'Progressing')]), 'unknown');
  t.equal(carriers.of([record('2', 'Promoting')]), 'others');
  carriers.note(record('3', 'Succeeded'));
  t.equal(carriers.of([record('3', 'Succeeded')]), 'us');
});

t.test('an answer that was lost makes nobody of others the carrier, once it is given up', async (t) => {
  const carriers = new Carriers(() => now);
  carriers.note(record('1', 'Progressing'));
  t.equal(carriers.of([record('2', 'Promoting')]), 'others', 'the echo of its own commit');
  carriers.giveUp([record('2', 'Promoting')]);
  t.equal(carriers.of([record('2', 'Promoting')]), 'unknown');
});

t.test('a record that is not followed says nothing, whoever refused it', async (t) => {
  const carriers = new Carriers(() => now);
  const refused = { ...record('1', '', 'second'), status: { conditions: [] } } as unknown as Canary;
  carriers.note(refused);
  carriers.of([record('1', 'Waiting')]);
  t.equal(carriers.of([refused, record('2', 'Progressing')]), 'others');
  t.equal(carriers.of([refused]), 'unknown');
});

t.test('nor does one that was followed before it was refused', async (t) => {
  const carriers = new Carriers(() => now);
  const conditions = [{ type: 'Enrolled', status: 'False' }];
  const refused = { ...record('1', '', 'second'), status: { phase: 'Succeeded', conditions } } as unknown as Canary;
  carriers.note(refused);
  carriers.of([record('1', 'Waiting')]);
  t.equal(carriers.of([refused, record('2', 'Progressing')]), 'others');
});

t.test('a record that another one has made is carried on by it from its first commit on', async (t) => {
  const carriers = new Carriers(() => now);
  const made = { ...record('1', ''), status: undefined } as unknown as Canary;
  t.equal(carriers.of([made]), 'unknown');
  t.equal(carriers.of([record('2', 'Initialized')]), 'others');
});

t.test('since when another one has committed', async (t) => {
  const carriers = new Carriers(() => now);
  now = 1_000;
  carriers.of([record('1', 'Waiting')]);
  t.notOk(carriers.othersSince([record('1', 'Waiting')], 0), 'as it was found');
  now = 2_000;
  t.ok(carriers.othersSince([record('2', 'Progressing')], 2_000));
  now = 3_000;
  t.notOk(carriers.othersSince([record('3', 'Progressing')], 2_001), 'its settings are others since');
  carriers.note(record('4', 'Promoting'));
  t.notOk(carriers.othersSince([record('4', 'Promoting')], 0), 'its own');
});

t.test('what is remembered has a bound', async (t) => {
  const carriers = new Carriers(() => now);
  for (let index = 0; index <= 20_000; index += 1) carriers.note(record('1', 'Waiting', `app-${index}`));
  t.equal(carriers.of([record('1', 'Waiting', 'app-1')]), 'us');
  t.equal(carriers.of([record('1', 'Waiting', 'app-0')]), 'unknown');
});
