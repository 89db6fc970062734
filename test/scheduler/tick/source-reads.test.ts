import t from 'tap';
import { KubeError } from '../../../src/cluster/errors.ts';
import { READ_DEADLINE_MS } from '../../../src/scheduler/tick/read-deadline.ts';
import { SourceReads, whyUnknown } from '../../../src/scheduler/tick/source-reads.ts';

const refused = (status: number) => new KubeError('list x', { code: 'KUBE_REFUSED', status });

t.test('what answers is known, what refuses is unknown at once', async (t) => {
  const reading = new SourceReads(() => t.fail()).begin('prod/app');
  t.same(await reading.read({ source: 'services' }, async () => 7), { known: true, value: 7 });
  t.same(reading.unknown, []);
  const why = 'the scheduler may not read it';
  t.same(await reading.read({ source: 'endpoints' }, () => Promise.reject(refused(403))), { known: false, why });
  t.same(reading.unknown, [{ source: 'endpoints', why }]);
  await reading.read({ source: 'endpoints' }, async () => 7);
  t.same(reading.unknown, [], 'one that answers later in the same observation is known');
});

t.test('why a source is unknown says who answered what', async (t) => {
  t.equal(whyUnknown(refused(429)), 'the API server answers with 429');
  t.equal(whyUnknown(new KubeError('list x', { code: 'KUBE_DEADLINE' })), 'the API server does not answer');
  const other = new KubeError('list x', { code: 'KUBE_UNREADABLE' });
  t.equal(whyUnknown(other), 'the API server answers with something else');
});

t.test('a source of which one part is not known is not known, and named once', async (t) => {
  const reading = new SourceReads(() => t.fail()).begin('prod/app');
  const fail = (about: string) => reading.read({ source: 'routes', about }, () => Promise.reject(refused(500)));
  await Promise.all([fail('virtualservices'), fail('httproutes')]);
  await reading.read({ source: 'routes', about: 'tcproutes' }, async () => []);
  t.same(reading.unknown, [{ source: 'routes', why: 'the API server answers with 500' }]);
});

t.test('sources that hang cost one deadline together, and none in the next observation', async (t) => {
  const answered: string[] = [];
  const reads = new SourceReads((key) => answered.push(key));
  const hanging = Promise.withResolvers<number>();
  let asked = 0;
  const ask = () => {
    asked += 1;
    return hanging.promise;
  };
  const begun = performance.now();
  const first = reads.begin('prod/app');
  await Promise.all([first.read({ source: 'services' }, ask), first.read({ source: 'names' }, ask)]);
  await first.read({ source: 'policies' }, ask);
  const took = performance.now() - begun;
  t.ok(took >= READ_DEADLINE_MS - 50 && took < 2_000, `it took ${took} ms`);
  t.same(new Set(first.unknown.map(({ why }) => why)), new Set(['the API server does not answer']));

  const again = reads.begin('prod/app');
  const from = performance.now();
  t.same((await again.read({ source: 'services' }, ask)).known, false);
  t.ok(performance.now() - from < 500, 'it is not waited for again');
  t.equal(asked, 3, 'nor asked again');
  t.equal(
    (await reads.begin('prod/other').read({ source: 'services' }, async () => 1)).known,
    true,
    'others are asked',
  );

  hanging.resolve(7);
  await hanging.promise;
  await new Promise(setImmediate);
  t.same(answered, ['prod/app', 'prod/app', 'prod/app'], 'its answer is worth a look');
  t.same(await reads.begin('prod/app').read({ source: 'services' }, ask), { known: true, value: 7 });
});

t.test('the words for a trouble stay the same while it lasts', async (t) => {
  const unanswered = (code: 'KUBE_DEADLINE' | 'KUBE_UNREACHABLE') =>
    new KubeError(`get /x after ${Math.random()}`, { code });
  t.equal(whyUnknown(unanswered('KUBE_DEADLINE')), whyUnknown(unanswered('KUBE_UNREACHABLE')));
  t.equal(whyUnknown(refused(429)), 'the API server answers with 429');
  t.equal(whyUnknown(new Error('it is garbled')), 'it is garbled');
});
