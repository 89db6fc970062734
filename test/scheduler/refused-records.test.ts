import t from 'tap';
import { RefusedRecords } from '../../src/scheduler/refused-records.ts';

t.test('what is refused again and again is tried later and later, at most a minute later', async (t) => {
  const records = new RefusedRecords();
  const waits = Array.from({ length: 8 }, () => records.refused('prod/podinfo'));
  t.same(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  t.equal(records.refused('prod/other'), 1_000, 'each for itself');
  records.accepted('prod/podinfo');
  t.equal(records.refused('prod/podinfo'), 1_000, 'and anew after it was not');
});
