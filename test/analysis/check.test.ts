import t from 'tap';
import { checkOf } from '../../src/analysis/check.ts';
import type { QueryResult } from '../../src/analysis/verdict.ts';
import type { Metric } from '../../src/rollout/spec/spec-types.ts';
import { metric, noTemplates } from '../build.ts';
import { target } from './target.ts';

/** Asks, and tells what was asked. */
async function checked(changes: Partial<Metric>, answer: (query: string) => QueryResult) {
  const asked: string[] = [];
  const ask = async (query: string): Promise<QueryResult> => (asked.push(query), answer(query));
  const result = await checkOf(
    { metric: { ...metric, ...changes }, windowMs: 10_000, weight: 20, weightMs: 10_000 },
    target,
    { ask, askTemplate: noTemplates },
  );
  return { asked, result };
}

t.test('the success rate is asked for beside whatever tells that requests are lost', async (t) => {
  const lost = await checked({}, (query) =>
    query.includes('"unknown"')
      ? { kind: 'value', value: 12 }
      : query.includes('"web-canary"')
        ? { kind: 'none' }
        : { kind: 'value', value: 40 },
  );
  t.equal(lost.asked.length, 4);
  t.equal(lost.result.verdict, 'fail');
  t.match(lost.result.message, 'about 40 requests', 'the mesh is believed first');
});

t.test('anything else is one query', async (t) => {
  for (const source of [{ builtin: 'request-duration' }, { query: 'up' }] as const) {
    const { asked, result } = await checked({ source, bounds: { max: 500 } }, () => ({ kind: 'value', value: 20 }));
    t.equal(asked.length, 1);
    t.equal(result.verdict, 'pass');
  }
});

t.test('a template is asked once, over the window, and the message says who answered', async (t) => {
  const asked: unknown[] = [];
  const template = { kind: 'MetricTemplate', name: 'errors', variables: { route: 'cart' } } as const;
  const check = await checkOf(
    {
      metric: { ...metric, name: 'errors', source: { template }, bounds: { max: 5 } },
      windowMs: 10_000,
      weight: 20,
      weightMs: 10_000,
    },
    target,
    {
      ask: () => Promise.reject(new Error('the metrics server is not asked')),
      askTemplate: async (...question) => {
        asked.push(question);
        return { result: { kind: 'value', value: 7 }, asked: 'datadog, by MetricTemplate prod/errors' };
      },
    },
  );
  t.same(asked, [[template, target, 10_000]]);
  t.match(check, {
    verdict: 'fail',
    value: 7,
    max: 5,
    message: 'errors 7 > 5 (datadog, by MetricTemplate prod/errors)',
  });
});
