import t from 'tap';
import { CarriedReleases } from '../../../src/scheduler/queue/carried-releases.ts';

const record = (resourceVersion: string, name = 'podinfo') => ({
  metadata: { namespace: 'prod', name, resourceVersion },
  spec: {},
});

t.test('a release is carried on by who committed the record as it is', async (t) => {
  const carried = new CarriedReleases();
  t.notOk(carried.has([record('1')]), 'somebody else wrote it');
  carried.note(record('2'));
  t.ok(carried.has([record('2')]));
  t.ok(carried.has([record('7', 'another'), record('2')]), 'whatever else names the Deployment');
  t.notOk(carried.has([record('3')]), 'somebody wrote it since');
  t.notOk(carried.has([record('2', 'another')]));
  t.notOk(carried.has([]), 'it is gone');
  carried.note(record('4'));
  t.ok(carried.has([record('4')]));
});

t.test('what is remembered has a bound', async (t) => {
  const carried = new CarriedReleases();
  for (let index = 0; index <= 20_000; index += 1) carried.note(record('1', `app-${index}`));
  t.notOk(carried.has([record('1', 'app-0')]));
  t.ok(carried.has([record('1', 'app-1')]));
});
