import t from 'tap';
import { refusalOf } from '../../../src/analysis/providers/refusal.ts';

/** What providers answer when they do not, in the forms that their documentation has. */
const REFUSALS: Record<string, [status: number, text: string, words: string, after?: string]> = {
  'wrong credentials at Datadog': [
    403,
    '{"errors":["Forbidden"]}',
    'refuses the credentials (HTTP status 403): Forbidden',
  ],
  'wrong credentials at New Relic': [
    401,
    '{"errors":[{"message":"Invalid API key"}]}',
    'refuses the credentials (HTTP status 401): Invalid API key',
  ],
  'wrong credentials at AWS': [
    403,
    '{"__type":"x#UnrecognizedClientException","message":"The security token is invalid."}',
    'refuses the credentials (HTTP status 403): The security token is invalid.',
  ],
  'wrong credentials at Google': [
    401,
    '[{"error":{"code":401,"message":"Request had invalid credentials."}}]',
    'refuses the credentials (HTTP status 401): Request had invalid credentials.',
  ],
  'wrong credentials at Splunk': [
    401,
    '{"messages":[{"type":"WARN","text":"call not properly authenticated"}]}',
    'refuses the credentials (HTTP status 401): call not properly authenticated',
  ],
  'wrong credentials at InfluxDB': [
    401,
    '{"code":"unauthorized","message":"unauthorized access"}',
    'refuses the credentials (HTTP status 401): unauthorized access',
  ],
  'wrong credentials at Dynatrace': [
    401,
    '{"error":{"code":401,"message":"Token Authentication failed"}}',
    'refuses the credentials (HTTP status 401): Token Authentication failed',
  ],
  'wrong credentials at Splunk Observability': [
    401,
    '{"message":"Unauthorized","code":401}',
    'refuses the credentials (HTTP status 401): Unauthorized',
  ],
  'no right to external metrics': [
    403,
    '{"kind":"Status","status":"Failure","message":"external.metrics.k8s.io is forbidden","reason":"Forbidden","code":403}',
    'refuses the credentials (HTTP status 403): external.metrics.k8s.io is forbidden',
  ],
  'wrong credentials at a proxy, before Prometheus or Graphite': [
    401,
    '<html><title>401 Authorization Required</title></html>',
    'refuses the credentials (HTTP status 401)',
  ],
  'throttled, with a time to wait': [
    429,
    '{"error":{"code":429,"message":"Too many requests"}}',
    'asks for fewer questions (HTTP status 429, and to wait 30 s): Too many requests',
    '30',
  ],
  'throttled by AWS': [
    400,
    '{"__type":"ThrottlingException"}',
    'asks for fewer questions (HTTP status 400): ThrottlingException',
  ],
  'a query that is none': [400, 'expected ident, got (', 'answers with HTTP status 400: expected ident, got ('],
  'a page of a proxy': [502, '<html>Bad gateway</html>', 'answers with HTTP status 502'],
  'a redirect': [302, '', 'answers 302, and redirects are not followed'],
  nothing: [500, '', 'answers with HTTP status 500'],
};

for (const [name, [status, text, words, after]] of Object.entries(REFUSALS))
  void t.test(name, async (t) => t.equal(refusalOf(status, text, after), words));

t.test('a body of any depth is no trouble', async (t) => {
  t.type(refusalOf(400, '['.repeat(100_000)), 'string');
  t.type(refusalOf(400, `${'['.repeat(100_000)}${']'.repeat(100_000)}`), 'string');
});
