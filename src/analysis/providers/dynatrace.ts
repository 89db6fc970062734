import { addressOf, lacks, type MetricProvider, withParameters } from './provider.ts';
import { lastOf, listAt, onlyOf, readJson } from './reading.ts';

/** Dynatrace's metrics API, version 2: one value for the whole time that is measured, unless the query says otherwise. */
export const dynatrace: MetricProvider = {
  request: ({ query, from, to, template, secret: { dynatrace_token: token } }) => {
    if (token === undefined) return lacks('dynatrace_token');
    const time = { from: `${Math.floor(from)}`, to: `${Math.floor(to)}`, resolution: 'Inf' };
    return {
      method: 'GET',
      url: withParameters(`${addressOf(template)}/api/v2/metrics/query`, { metricSelector: query, ...time }),
      headers: { authorization: `Api-Token ${token}` },
    };
  },
  read: (text) =>
    readJson(text, (answer) => {
      const series = listAt(answer, 'result').flatMap((metric) => listAt(metric, 'data'));
      return onlyOf(series, (one) => lastOf(listAt(one, 'values')));
    }),
};
