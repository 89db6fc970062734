import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { QueryResult } from '../verdict.ts';
import { googleSigning, projectOf } from './google-key.ts';
import { addressOf, JSON_BODY, lacks, type MetricProvider } from './provider.ts';
import { failed, listAt, NONE, numberIn, onlyOf, readJson, SEVERAL, stringAt } from './reading.ts';

const USUAL = 'https://monitoring.googleapis.com';

/** Google Cloud Monitoring, asked in MQL. PromQL is for the provider prometheus, at Google's address. */
export const googlecloudmonitoring: MetricProvider = {
  request: ({ query, template, secret }) => {
    const signing = googleSigning(secret);
    if (signing === undefined) return lacks('serviceAccountKey');
    if ('problem' in signing) return signing;
    const project = template.provider.project ?? projectOf(secret);
    if (project === undefined) return { problem: 'no project is named: set provider.project' };
    return {
      method: 'POST',
      url: `${addressOf(template, USUAL)}/v3/projects/${encodeURIComponent(project)}/timeSeries:query`,
      headers: JSON_BODY,
      body: JSON.stringify({ query }),
      signing,
    };
  },
  read: (text) =>
    readJson(text, (answer) => {
      const [partial] = listAt(answer, 'partialErrors');
      if (partial !== undefined)
        return failed(`googlecloudmonitoring gives not all of the data: ${stringAt(partial, 'message')}`);
      return onlyOf(listAt(answer, 'timeSeriesData'), newestIn);
    }),
};

/** Points stand there newest first, each with as many values as the query has columns. */
function newestIn(series: unknown): QueryResult {
  const [newest] = listAt(series, 'pointData');
  const values = listAt(newest, 'values');
  if (values.length > 1) return SEVERAL;
  const [value] = values;
  if (!isRecord(value)) return NONE;
  return numberIn(value['doubleValue'] ?? value['int64Value']);
}
