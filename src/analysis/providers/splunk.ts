import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { QueryResult } from '../verdict.ts';
import { addressOf, authorization, FORM, formText, lacks, type MetricProvider } from './provider.ts';
import { failed, listAt, NONE, numberIn, onlyOf, readJson, SEVERAL, stringAt } from './reading.ts';

/** A search of Splunk, run at once: it gives a row with one column. */
export const splunk: MetricProvider = {
  request: ({ query, from, to, template, secret }) => {
    const login = authorization(secret);
    if (login['authorization'] === undefined) return lacks('token', 'username');
    const form = {
      search: /^\s*(\||search\b)/i.test(query) ? query : `search ${query}`,
      exec_mode: 'oneshot',
      output_mode: 'json',
      earliest_time: seconds(from),
      latest_time: seconds(to),
      // One is wanted, and a second shows that there are more.
      count: '2',
    };
    return {
      method: 'POST',
      url: `${addressOf(template)}/services/search/jobs`,
      headers: { ...FORM, ...login },
      body: formText(form),
    };
  },
  read: (text) =>
    readJson(text, (answer) => {
      const fatal = listAt(answer, 'messages').find((message) => /^(FATAL|ERROR)$/.test(stringAt(message, 'type')));
      return fatal === undefined
        ? onlyOf(listAt(answer, 'results'), columnIn)
        : failed(`splunk says: ${stringAt(fatal, 'text')}`);
    }),
};

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

/** The one column of a row, besides Splunk's own, whose names begin with an underscore. */
function columnIn(row: unknown): QueryResult {
  const columns = isRecord(row) ? Object.entries(row).filter(([name]) => !name.startsWith('_')) : [];
  if (columns.length > 1) return SEVERAL;
  return columns.length === 0 ? NONE : numberIn(columns[0]?.[1]);
}
