import t from 'tap';
import type { QueryResult } from '../../../src/analysis/verdict.ts';
import { CheckRounds } from '../../../src/scheduler/tick/check-rounds.ts';
import { metric, noTemplates, trafficWishOf } from '../../build.ts';

const wish = trafficWishOf();
const due = [{ metric, windowMs: 60_000, weight: 20, weightMs: 60_000 }];
const round = (id: string) => ({ id, due, wish, waitMs: 20 });

t.test('a metrics server that takes its time is not waited for, and asked once for each round', async (t) => {
  const [answered, asked, verdicts]: [string[], string[], string[]] = [[], [], []];
  let answer = Promise.withResolvers<QueryResult>();
  const rounds = new CheckRounds({
    prometheus: {
      query: (query) => {
        asked.push(query);
        return answer.promise;
      },
    },
    metricTemplates: { ask: noTemplates },
    onCheck: (_key, { verdict }) => verdicts.push(verdict),
    onAnswer: (key) => answered.push(key),
  });
  t.equal(await rounds.of(round('one')), undefined);
  const { length } = asked;
  t.equal(await rounds.of(round('one')), undefined);
  t.ok(length > 0 && asked.length === length, 'it is asked once');
  answer.resolve({ kind: 'none' });
  t.match(await rounds.of(round('one')), [{ verdict: 'inconclusive' }]);
  t.same(answered, ['prod/podinfo'], 'the tick that comes after the answer was asked for');
  t.match(await rounds.of(round('one')), [{ verdict: 'inconclusive' }], 'whoever looks again sees the same');
  t.same(verdicts, ['inconclusive'], 'and it is counted once');

  answer = Promise.withResolvers();
  answer.resolve({ kind: 'error', message: 'away' });
  t.match(await rounds.of(round('two')), [{ verdict: 'error' }], 'another round is asked anew');
  t.same(answered, ['prod/podinfo'], 'and what was waited for is not told');
});
