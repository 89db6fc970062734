import t from 'tap';
import { KubeError } from '../../src/cluster/errors.ts';
import { TickRetries } from '../../src/scheduler/tick-retries.ts';

const quota = new KubeError('exceeded quota', { code: 'KUBE_REFUSED', status: 403, reason: 'Forbidden' });
const away = new KubeError('no answer in time', { code: 'KUBE_DEADLINE' });

t.test('what is refused again and again is tried later and later, at most a minute later', async (t) => {
  const retries = new TickRetries();
  const waits = Array.from({ length: 8 }, () => retries.failed('prod/podinfo', quota));
  t.same(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  t.equal(retries.failed('prod/other', quota), 1_000, 'each for itself');
  retries.succeeded('prod/podinfo');
  t.equal(retries.failed('prod/podinfo', quota), 1_000, 'and anew after it was not');
});

t.test('what may be over at any time is tried in a second', async (t) => {
  const retries = new TickRetries();
  const waits = Array.from({ length: 8 }, () => retries.failed('prod/podinfo', away));
  t.same(new Set(waits), new Set([1_000]));
});
