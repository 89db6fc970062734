import { addressOf, authorization, type MetricProvider, withParameters } from './provider.ts';
import { lastOf, listAt, onlyOf, readJson } from './reading.ts';

/** Graphite's render API. What it knows last is read: a point without a value is one that is not counted yet. */
export const graphite: MetricProvider = {
  request: ({ query, from, to, template, secret }) => {
    const time = { from: `${Math.floor(from / 1_000)}`, until: `${Math.ceil(to / 1_000)}` };
    return {
      method: 'GET',
      url: withParameters(`${addressOf(template)}/render`, { target: query, ...time, format: 'json' }),
      headers: authorization(secret),
    };
  },
  read: (text) =>
    readJson(text, (answer) =>
      onlyOf(listAt(answer), (series) =>
        lastOf(listAt(series, 'datapoints').map((point) => (Array.isArray(point) ? point[0] : undefined))),
      ),
    ),
};
