import t from 'tap';
import { checkOf } from '../../src/analysis/check.ts';
import type { QueryResult } from '../../src/analysis/verdict.ts';
import { metric, noTemplates } from '../build.ts';
import { target } from './target.ts';

const value = (percent: number): QueryResult => ({ kind: 'value', value: percent });
const none: QueryResult = { kind: 'none' };
const away: QueryResult = { kind: 'error', message: 'away' };

/** The stable Service's rate since the roll-out began 20 s ago, and in as long a time before. */
async function checked(now: QueryResult, before: QueryResult) {
  const asked: string[] = [];
  const due = { metric, windowMs: 10_000, weight: 20, weightMs: 60_000, rolloutMs: 20_000 };
  const ask = async (query: string) => {
    asked.push(query);
    return query.includes('offset 20000ms') ? before : now;
  };
  const result = await checkOf(due, target, { ask, askTemplate: noTemplates });
  return { asked, result };
}

const rows: Record<string, [now: QueryResult, before: QueryResult, verdict: string, message: RegExp]> = {
  'what is good passes': [value(99.5), value(99.9), 'pass', /of the Deployment 99.5%/],
  'what is good passes, whatever was before': [value(99.5), value(40), 'pass', /99.5%/],
  'what was good and is bad now fails': [value(80), value(99.9), 'fail', /80% < 99%/],
  'what was bad before says nothing of the new pods': [
    value(80),
    value(97),
    'inconclusive',
    /80% < 99%; before the roll-out: .*97%/,
  ],
  'of what is not known from before nothing follows': [
    value(80),
    none,
    'inconclusive',
    /before the roll-out: .*no data/,
  ],
  'nor of what cannot be asked': [value(80), away, 'inconclusive', /before the roll-out: .*away/],
  'no traffic is no data': [none, value(99.9), 'inconclusive', /no data/],
  'no answer is none': [away, value(99.9), 'error', /away/],
};

for (const [claim, [now, before, verdict, message]] of Object.entries(rows)) {
  t.test(claim, async (t) => {
    const { asked, result } = await checked(now, before);
    t.match(result, { metric: 'request-success-rate', of: 'Deployment', verdict });
    t.match(result.message, message);
    t.equal(asked.length, 2);
    t.ok(
      asked.every((query) => query.includes('destination_service_name="web"')),
      'the stable Service is measured',
    );
  });
}
