import { addressOf, lacks, type MetricProvider, withParameters } from './provider.ts';
import { failed, lastOf, listAt, onlyOf, readJson, stringAt } from './reading.ts';

const USUAL = 'https://api.datadoghq.com';

/** Datadog's query of timeseries. What it knows last is read: a point without a value is one that is not counted yet. */
export const datadog: MetricProvider = {
  request: ({ query, from, to, template, secret }) => {
    const { datadog_api_key: key, datadog_application_key: application } = secret;
    if (key === undefined) return lacks('datadog_api_key');
    if (application === undefined) return lacks('datadog_application_key');
    const time = { from: `${Math.floor(from / 1_000)}`, to: `${Math.floor(to / 1_000)}` };
    return {
      method: 'GET',
      url: withParameters(`${addressOf(template, USUAL)}/api/v1/query`, { ...time, query }),
      headers: { 'dd-api-key': key, 'dd-application-key': application },
    };
  },
  read: (text) =>
    readJson(text, (answer) => {
      const error = stringAt(answer, 'error');
      if (error !== '') return failed(`datadog says: ${error}`);
      return onlyOf(listAt(answer, 'series'), (series) =>
        lastOf(listAt(series, 'pointlist').map((point) => (Array.isArray(point) ? point[1] : undefined))),
      );
    }),
};
