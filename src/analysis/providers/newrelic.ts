import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { QueryResult } from '../verdict.ts';
import { addressOf, JSON_BODY, lacks, type MetricProvider } from './provider.ts';
import { failed, listAt, NONE, numberIn, onlyOf, readJson, SEVERAL, stringAt } from './reading.ts';

const USUAL = 'https://api.newrelic.com';
/** Seconds; New Relic gives an error and no part of an answer when they are over. */
const TIMEOUT = 5;

const NERDGRAPH =
  'query ($account: Int!, $nrql: Nrql!, $timeout: Seconds) { actor { account(id: $account) { nrql(query: $nrql, timeout: $timeout) { results } } } }';

/** New Relic's NerdGraph. A query that names no time is about the one that is measured. */
export const newrelic: MetricProvider = {
  request: ({ query, from, to, template, secret }) => {
    const { newrelic_account_id: account, newrelic_api_key: key } = secret;
    if (key === undefined) return lacks('newrelic_api_key');
    if (!/^\d{1,15}$/.test(account ?? '')) return { problem: 'its Secret has no number under newrelic_account_id' };
    const nrql = /\bsince\b/i.test(query) ? query : `${query} SINCE ${Math.floor(from)} UNTIL ${Math.floor(to)}`;
    const variables = { account: Number(account), nrql, timeout: TIMEOUT };
    return {
      method: 'POST',
      url: `${addressOf(template, USUAL)}/graphql`,
      headers: { ...JSON_BODY, 'api-key': key },
      body: JSON.stringify({ query: NERDGRAPH, variables }),
    };
  },
  read: (text) =>
    readJson(text, (answer) => {
      const [error] = listAt(answer, 'errors');
      if (error !== undefined) return failed(`newrelic says: ${stringAt(error, 'message')}`);
      return onlyOf(listAt(answer, 'data', 'actor', 'account', 'nrql', 'results'), columnIn);
    }),
};

const TIMES = new Set(['beginTimeSeconds', 'endTimeSeconds', 'inspectedCount', 'facet']);

/** The one column of the one row. A percentile is a map of one. */
function columnIn(row: unknown): QueryResult {
  if (!isRecord(row)) return NONE;
  const values = Object.entries(row)
    .filter(([name]) => !TIMES.has(name))
    .flatMap(([, value]) => (isRecord(value) ? Object.values(value) : [value]));
  return values.length > 1 ? SEVERAL : values.length === 0 ? NONE : numberIn(values[0]);
}
