import t from 'tap';
import { asked, formOf, NAN, NO_NUMBER, read, requested, SEVERAL_SERIES, value } from './asked.ts';

const provider = { type: 'prometheus', address: 'https://mimir.example.com/prometheus/' };
const spec = { provider, query: 'sum(rate(errors{app="{{ target }}"}[{{ interval }}]))' };

t.test('the query is posted, with what the Secret has', async (t) => {
  const request = requested(spec, { username: 'ada', password: 'p:w' });
  t.equal(request.url, 'https://mimir.example.com/prometheus/api/v1/query');
  t.same(formOf(request), { query: 'sum(rate(errors{app="podinfo"}[60000ms]))', limit: '2' });
  t.equal(request.headers['authorization'], `Basic ${Buffer.from('ada:p:w').toString('base64')}`);
  t.equal(requested(spec, { token: 'abc' }).headers['authorization'], 'Bearer abc');
  t.notOk('authorization' in requested(spec).headers, 'nothing where there is nothing');
});

t.test('headers are sent, also such as the Secret has', async (t) => {
  const named = { ...provider, headers: { 'X-Scope-OrgID': 'team-a' }, secretRef: { name: 's' } };
  const both = { ...spec, provider: { ...named, secretHeaders: { 'X-Key': 'tenant-key' } } };
  t.match(requested(both, { 'tenant-key': 'k' }).headers, { 'x-scope-orgid': 'team-a', 'x-key': 'k' });
  t.same(asked(both), { problem: 'its Secret has no key tenant-key' });
});

t.test('services of clouds are asked with a signature', async (t) => {
  const aws = { ...spec, provider: { ...provider, region: 'eu-west-1', secretRef: { name: 's' } } };
  const keys = { aws_access_key_id: 'AK', aws_secret_access_key: 'SK' };
  t.match(requested(aws, keys).signing, { by: 'aws', service: 'aps', region: 'eu-west-1', accessKeyId: 'AK' });
  t.match(asked(aws), { problem: /no key aws_access_key_id/ });
  t.match(asked(spec, keys), { problem: /provider.region/ });
  const key = JSON.stringify({ client_email: 'a@b', private_key: 'PEM', private_key_id: '1', project_id: 'p' });
  t.match(requested(spec, { serviceAccountKey: key }).signing, { by: 'google', email: 'a@b', keyId: '1' });
  t.match(asked(spec, { serviceAccountKey: 'PEM' }), { problem: /no JSON key/ });
});

const vector = (...values: unknown[]) => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((one) => ({ metric: {}, value: [1, one] })) },
});

const ANSWERS: Record<string, [answer: unknown, result: object]> = {
  'one sample': [vector('7.5'), value(7.5)],
  'a scalar': [{ status: 'success', data: { resultType: 'scalar', result: [1, '3'] } }, value(3)],
  'a number without end': [vector('+Inf'), value(Infinity)],
  nothing: [vector(), { kind: 'none' }],
  NaN: [vector('NaN'), NAN],
  'several series': [vector('1', '2'), SEVERAL_SERIES],
  'a range': [
    { status: 'success', data: { resultType: 'matrix', result: [] } },
    { kind: 'error', message: /a matrix/ },
  ],
  'a word': [vector('many'), NO_NUMBER],
  'an error': [
    { status: 'error', error: 'parse error' },
    { kind: 'error', message: 'parse error' },
  ],
  'a part of an answer': ['{"status":"succ', { kind: 'error', message: 'the answer is no JSON' }],
};

for (const [name, [answer, result]] of Object.entries(ANSWERS))
  void t.test(`an answer: ${name}`, async (t) => t.match(read(spec, answer), result));
