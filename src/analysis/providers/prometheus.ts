import { valueAt } from '../../rollout/spec/rules/findings.ts';
import { forPerson } from '../../rollout/spec/wording/for-person.ts';
import type { QueryResult } from '../verdict.ts';
import { awsSigning, hasAwsKeys } from './aws-keys.ts';
import { googleSigning } from './google-key.ts';
import {
  type Asked,
  addressOf,
  authorization,
  FORM,
  formText,
  lacks,
  type MetricProvider,
  type Requested,
} from './provider.ts';
import { failed, numberIn, onlyOf, readJson } from './reading.ts';

/** One is wanted, and a second shows that there are more. A server that does not know the parameter sends all. */
export const MAX_SERIES = 2;

interface Reply {
  status?: unknown;
  error?: unknown;
  data?: { resultType?: unknown; result?: unknown } | null;
}

/** Prometheus, and what speaks its API: Mimir, Thanos, VictoriaMetrics, and the services of clouds. */
export const prometheus: MetricProvider = {
  request: (asked) => {
    const request = {
      method: 'POST' as const,
      url: `${addressOf(asked.template)}/api/v1/query`,
      headers: { ...FORM, ...authorization(asked.secret) },
      body: formText({ query: asked.query, limit: String(MAX_SERIES) }),
    };
    return signed(request, asked);
  },
  read: (text) => readJson(text, (answer) => readReply(answer as Reply | null, 200)),
};

/** AWS and Google sign what others are told by a password. */
function signed(request: Requested, { secret, template }: Asked): Requested {
  const { region } = template.provider;
  if (region !== undefined) {
    const signing = awsSigning(secret, region, 'aps');
    return signing === undefined ? lacks('aws_access_key_id', 'aws_secret_access_key') : { ...request, signing };
  }
  if (hasAwsKeys(secret)) return { problem: 'its Secret has keys of AWS, for which provider.region is needed' };
  const signing = googleSigning(secret);
  if (signing === undefined) return request;
  return 'problem' in signing ? signing : { ...request, signing };
}

/** What the server says of one instant query. */
export function readReply(reply: Reply | null | undefined, status: number): QueryResult {
  return reply?.status === 'success' ? readData(reply) : failed(textOr(reply?.error, `HTTP status ${status}`));
}

/** What a server says, in one line and not too long, as people are shown it. */
const textOr = (said: unknown, otherwise: string): string =>
  typeof said === 'string' && said !== '' ? forPerson(said) : otherwise;

/** A vector of one sample, or a scalar; more series than one have no single value to judge. */
function readData({ data }: Reply): QueryResult {
  if (data?.resultType === 'scalar') return sampleIn(data.result);
  if (data?.resultType !== 'vector' || !Array.isArray(data.result))
    return failed(`the query gives a ${textOr(data?.resultType, 'reply')} that has no single value`);
  return onlyOf(data.result, (series) => sampleIn(valueAt(series, ['value'])));
}

const sampleIn = (sample: unknown): QueryResult => numberIn(Array.isArray(sample) ? sample[1] : undefined);
