import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { QueryResult } from '../verdict.ts';
import { awsSigning } from './aws-keys.ts';
import { addressOf, lacks, type MetricProvider } from './provider.ts';
import { failed, lastOf, listAt, onlyOf, readJson, stringAt } from './reading.ts';

const TARGET = 'GraniteServiceVersion20100801.GetMetricData';

/** CloudWatch's GetMetricData: the query is its MetricDataQueries, of which one gives back data. */
export const cloudwatch: MetricProvider = {
  request: ({ query, from, to, template, secret }) => {
    const { region = '' } = template.provider;
    const signing = awsSigning(secret, region, 'monitoring');
    if (signing === undefined) return lacks('aws_access_key_id', 'aws_secret_access_key');
    const queries = parsed(query);
    if (queries === undefined) return { problem: 'the query is no JSON once its variables are replaced' };
    const time = { StartTime: Math.floor(from / 1_000), EndTime: Math.ceil(to / 1_000) };
    return {
      method: 'POST',
      url: `${addressOf(template, `https://monitoring.${region}.amazonaws.com`)}/`,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': TARGET },
      body: JSON.stringify({ ...time, MetricDataQueries: queries, ScanBy: 'TimestampAscending' }),
      signing,
    };
  },
  read: (text) => readJson(text, (answer) => onlyOf(listAt(answer, 'MetricDataResults'), resultIn)),
};

/** A part of the data may be the wrong part. */
function resultIn(result: unknown): QueryResult {
  const status = stringAt(result, 'StatusCode');
  if (status === 'Complete' || status === '') return lastOf(listAt(result, 'Values'));
  const [message] = listAt(result, 'Messages');
  const words = isRecord(message) ? `: ${stringAt(message, 'Value')}` : '';
  return failed(`cloudwatch gives ${status} and not all of the data${words}`);
}

function parsed(query: string): unknown {
  try {
    return JSON.parse(query);
  } catch {
    return undefined;
  }
}
