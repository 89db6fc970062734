import t from 'tap';
import { asked, formOf, NAN, NO_NUMBER, NOW, parametersOf, read, requested, SEVERAL_SERIES, value } from './asked.ts';

const FROM = NOW - 60_000;
const seconds = (ms: number): string => `${ms / 1_000}`;

interface Row {
  spec: object;
  secret: Record<string, string>;
  /** What the Secret lacks without each of these. */
  needs: readonly string[];
  request: (made: ReturnType<typeof requested>) => object;
  wanted: object;
  /** Bodies in the forms that the provider documents. */
  answers: Record<string, [answer: unknown, result: object]>;
}

const none = { kind: 'none' };
const error = (message: RegExp) => ({ kind: 'error', message });

const datadog: Row = {
  spec: { provider: { type: 'datadog' }, query: 'sum:errors{service:{{ target }},env:{{ variables.env }}}.as_count()' },
  secret: { datadog_api_key: 'api', datadog_application_key: 'app' },
  needs: ['datadog_api_key', 'datadog_application_key'],
  request: ({ url, headers }) => ({
    origin: new URL(url).origin,
    headers,
    ...parametersOf({ method: 'GET', url, headers }),
  }),
  wanted: {
    origin: 'https://api.datadoghq.com',
    headers: { 'dd-api-key': 'api', 'dd-application-key': 'app' },
    from: seconds(FROM),
    to: seconds(NOW),
    query: 'sum:errors{service:podinfo,env:prod}.as_count()',
  },
  answers: {
    'a value': [
      {
        status: 'ok',
        series: [
          {
            pointlist: [
              [1, 4],
              [2, 5],
            ],
          },
        ],
      },
      value(5),
    ],
    'the newest is not counted yet': [
      {
        status: 'ok',
        series: [
          {
            pointlist: [
              [1, 4],
              [2, null],
            ],
          },
        ],
      },
      value(4),
    ],
    empty: [{ status: 'ok', series: [] }, none],
    'only empty points': [{ status: 'ok', series: [{ pointlist: [[1, null]] }] }, none],
    several: [{ series: [{ pointlist: [[1, 4]] }, { pointlist: [[1, 5]] }] }, SEVERAL_SERIES],
    NaN: [{ series: [{ pointlist: [[1, 'NaN']] }] }, NAN],
    'an error with status 200': [
      { status: 'error', error: 'Error parsing query' },
      error(/datadog says: Error parsing query/),
    ],
  },
};

const ofNewRelic = (...results: object[]) => ({ data: { actor: { account: { nrql: { results } } } } });
const newrelic: Row = {
  spec: {
    provider: { type: 'newrelic' },
    query: "SELECT average(duration) FROM Transaction WHERE appName = '{{ variables.env }}'",
  },
  secret: { newrelic_account_id: '42', newrelic_api_key: 'NRAK' },
  needs: ['newrelic_api_key', 'newrelic_account_id'],
  request: ({ url, headers, body }) => ({ url, key: headers['api-key'], variables: JSON.parse(body ?? '').variables }),
  wanted: {
    url: 'https://api.newrelic.com/graphql',
    key: 'NRAK',
    variables: {
      account: 42,
      nrql: `SELECT average(duration) FROM Transaction WHERE appName = 'prod' SINCE ${FROM} UNTIL ${NOW}`,
    },
  },
  answers: {
    'a value': [ofNewRelic({ 'average.duration': 0.25 }), value(0.25)],
    'a percentile': [ofNewRelic({ 'percentile.duration': { 99: 1.5 } }), value(1.5)],
    empty: [ofNewRelic(), none],
    null: [ofNewRelic({ 'average.duration': null }), none],
    NaN: [ofNewRelic({ 'average.duration': 'NaN' }), NAN],
    'several rows': [ofNewRelic({ count: 1 }, { count: 2 }), SEVERAL_SERIES],
    'several columns': [ofNewRelic({ a: 1, b: 2 }), SEVERAL_SERIES],
    'an error with status 200': [{ errors: [{ message: 'NRQL Syntax Error' }] }, error(/NRQL Syntax Error/)],
    'a word': [ofNewRelic({ latest: 'ok' }), NO_NUMBER],
  },
};

const ofCloudWatch = (...MetricDataResults: object[]) => ({ MetricDataResults, Messages: [] });
const cloudwatch: Row = {
  spec: {
    provider: { type: 'cloudwatch', region: 'eu-west-1' },
    query:
      '[{"Id":"e","MetricStat":{"Metric":{"Namespace":"App","MetricName":"Errors","Dimensions":[{"Name":"app","Value":"{{ target }}"}]},"Period":{{ interval }},"Stat":"Sum"}}]',
  },
  secret: { aws_access_key_id: 'AK', aws_secret_access_key: 'SK', aws_session_token: 'ST' },
  needs: ['aws_access_key_id', 'aws_secret_access_key'],
  request: ({ url, headers, body, signing }) => ({
    url,
    target: headers['x-amz-target'],
    body: JSON.parse(body ?? ''),
    signing,
  }),
  wanted: {
    url: 'https://monitoring.eu-west-1.amazonaws.com/',
    target: 'GraniteServiceVersion20100801.GetMetricData',
    body: {
      StartTime: FROM / 1_000,
      EndTime: NOW / 1_000,
      MetricDataQueries: [{ MetricStat: { Metric: { Dimensions: [{ Value: 'podinfo' }] }, Period: 60 } }],
    },
    signing: { by: 'aws', service: 'monitoring', region: 'eu-west-1', sessionToken: 'ST' },
  },
  answers: {
    'a value': [ofCloudWatch({ Id: 'e', StatusCode: 'Complete', Timestamps: [1, 2], Values: [3, 4] }), value(4)],
    empty: [ofCloudWatch({ Id: 'e', StatusCode: 'Complete', Timestamps: [], Values: [] }), none],
    NaN: [ofCloudWatch({ StatusCode: 'Complete', Values: ['NaN'] }), NAN],
    several: [ofCloudWatch({ Values: [1] }, { Values: [2] }), SEVERAL_SERIES],
    'a part': [ofCloudWatch({ StatusCode: 'PartialData', Values: [1] }), error(/PartialData and not all/)],
    'no right to it': [
      ofCloudWatch({ StatusCode: 'Forbidden', Values: [], Messages: [{ Code: 'x', Value: 'no permission' }] }),
      error(/Forbidden and not all of the data: no permission/),
    ],
  },
};

const ofGoogle = (...values: object[]) => ({
  timeSeriesData: values.map((one) => ({ pointData: [{ values: [one] }] })),
});
const googlecloudmonitoring: Row = {
  spec: {
    provider: { type: 'googlecloudmonitoring' },
    query: "fetch k8s_container | filter pod == '{{ canary }}' | within {{ interval }}",
  },
  secret: { serviceAccountKey: '{"client_email":"a@b","private_key":"PEM","project_id":"shop"}' },
  needs: ['serviceAccountKey'],
  request: ({ url, body, signing }) => ({ url, query: JSON.parse(body ?? '').query, signing }),
  wanted: {
    url: 'https://monitoring.googleapis.com/v3/projects/shop/timeSeries:query',
    query: "fetch k8s_container | filter pod == 'podinfo-canary' | within 60s",
    signing: { by: 'google', email: 'a@b', audience: 'https://monitoring.googleapis.com/' },
  },
  answers: {
    'a value': [ofGoogle({ doubleValue: 2.5 }), value(2.5)],
    'a whole number, which is text': [ofGoogle({ int64Value: '7' }), value(7)],
    empty: [{}, none],
    NaN: [ofGoogle({ doubleValue: 'NaN' }), NAN],
    several: [ofGoogle({ doubleValue: 1 }, { doubleValue: 2 }), SEVERAL_SERIES],
    'several columns': [{ timeSeriesData: [{ pointData: [{ values: [{}, {}] }] }] }, SEVERAL_SERIES],
    'a part': [
      { ...ofGoogle({ doubleValue: 1 }), partialErrors: [{ message: 'shard away' }] },
      error(/not all of the data: shard away/),
    ],
  },
};

const ofDynatrace = (...series: unknown[][]) => ({
  result: [{ metricId: 'm', data: series.map((values) => ({ values })) }],
});
const dynatrace: Row = {
  spec: {
    provider: { type: 'dynatrace', address: 'https://abc.live.dynatrace.com' },
    query: 'builtin:service.errors:filter(eq("app","{{ target }}")):avg',
  },
  secret: { dynatrace_token: 'dt0' },
  needs: ['dynatrace_token'],
  request: (made) => ({ ...parametersOf(made), headers: made.headers }),
  wanted: {
    metricSelector: 'builtin:service.errors:filter(eq("app","podinfo")):avg',
    from: `${FROM}`,
    to: `${NOW}`,
    resolution: 'Inf',
    headers: { authorization: 'Api-Token dt0' },
  },
  answers: {
    'a value': [ofDynatrace([3.5]), value(3.5)],
    empty: [ofDynatrace(), none],
    null: [ofDynatrace([null]), none],
    NaN: [ofDynatrace(['NaN']), NAN],
    several: [ofDynatrace([1], [2]), SEVERAL_SERIES],
    'a word': [ofDynatrace(['x']), NO_NUMBER],
  },
};

const splunk: Row = {
  spec: {
    provider: { type: 'splunk', address: 'https://splunk.example.com:8089' },
    query: 'index=web app="{{ target }}" status>=500 | stats count',
  },
  secret: { token: 'sp' },
  needs: ['token'],
  request: (made) => ({ url: made.url, headers: made.headers, ...formOf(made) }),
  wanted: {
    url: 'https://splunk.example.com:8089/services/search/jobs',
    headers: { authorization: 'Bearer sp' },
    search: 'search index=web app="podinfo" status>=500 | stats count',
    exec_mode: 'oneshot',
    output_mode: 'json',
    earliest_time: `${seconds(FROM)}.000`,
  },
  answers: {
    'a value': [{ results: [{ count: '12' }] }, value(12)],
    'with fields of Splunk’s own': [{ results: [{ count: '12', _time: 'x' }] }, value(12)],
    empty: [{ results: [] }, none],
    NaN: [{ results: [{ rate: 'NaN' }] }, NAN],
    'several rows': [{ results: [{ count: '1' }, { count: '2' }] }, SEVERAL_SERIES],
    'several columns': [{ results: [{ a: '1', b: '2' }] }, SEVERAL_SERIES],
    'an error with status 200': [
      { results: [], messages: [{ type: 'FATAL', text: 'Unknown search command' }] },
      error(/Unknown search command/),
    ],
    'a word': [{ results: [{ host: 'web-1' }] }, NO_NUMBER],
  },
};

const ofSignalFlow = (...messages: [event: string, data: unknown][]) =>
  messages.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('');
const signalflow: Row = {
  spec: {
    provider: { type: 'signalflow', address: 'https://stream.eu0.signalfx.com' },
    query: "data('errors', filter=filter('app', '{{ target }}')).sum().publish()",
  },
  secret: { sf_token_key: 'sf' },
  needs: ['sf_token_key'],
  request: (made) => ({ ...parametersOf(made), body: made.body, headers: made.headers }),
  wanted: {
    start: `${FROM}`,
    stop: `${NOW}`,
    immediate: 'true',
    body: "data('errors', filter=filter('app', 'podinfo')).sum().publish()",
    headers: { 'x-sf-token': 'sf' },
  },
  answers: {
    'a value': [
      ofSignalFlow(
        ['control-message', { event: 'STREAM_START' }],
        ['metadata', { tsId: 'A' }],
        ['data', { data: [{ tsId: 'A', value: 3 }] }],
        ['data', { data: [{ tsId: 'A', value: 4 }] }],
        ['data', { data: [] }],
        ['control-message', { event: 'END_OF_CHANNEL' }],
      ),
      value(4),
    ],
    empty: [ofSignalFlow(['control-message', { event: 'END_OF_CHANNEL' }]), none],
    several: [ofSignalFlow(['data', { data: [{ value: 1 }, { value: 2 }] }]), SEVERAL_SERIES],
    null: [ofSignalFlow(['data', { data: [{ value: null }] }]), none],
    NaN: [ofSignalFlow(['data', { data: [{ value: 'NaN' }] }]), NAN],
    'an error': [
      ofSignalFlow(['error', { errors: [{ message: 'unknown name' }] }]),
      error(/signalflow says: unknown name/),
    ],
  },
};

const externalmetrics: Row = {
  spec: { provider: { type: 'externalmetrics' }, query: 'queue_length?labelSelector=app%3D{{ target }}' },
  secret: {},
  needs: [],
  request: ({ url }) => ({ url }),
  wanted: { url: '/apis/external.metrics.k8s.io/v1beta1/namespaces/prod/queue_length?labelSelector=app%3Dpodinfo' },
  answers: {
    'a value': [{ items: [{ value: '7' }] }, value(7)],
    thousandths: [{ items: [{ value: '1500m' }] }, value(1.5)],
    'with a power of two': [{ items: [{ value: '2Ki' }] }, value(2_048)],
    'with an exponent': [{ items: [{ value: '2e3' }] }, value(2_000)],
    empty: [{ items: [] }, none],
    several: [{ items: [{ value: '1' }, { value: '2' }] }, SEVERAL_SERIES],
    'NaN, which a quantity cannot be': [{ items: [{ value: 'NaN' }] }, error(/no quantity/)],
    'no quantity': [{ items: [{ value: 'many' }] }, error(/no quantity/)],
  },
};

const ROWS = { datadog, newrelic, cloudwatch, googlecloudmonitoring, dynatrace, splunk, signalflow, externalmetrics };

for (const [name, { spec, secret, needs, request, wanted, answers }] of Object.entries(ROWS)) {
  void t.test(`${name} is asked as it documents`, async (t) => {
    t.match(request(requested(spec, secret, { env: 'prod' })), wanted);
    for (const key of needs) {
      const { [key]: _, ...rest } = secret;
      t.match(asked(spec, rest, { env: 'prod' }), { problem: key }, `without ${key} it is not asked`);
    }
  });
  for (const [about, [answer, result]] of Object.entries(answers))
    void t.test(`${name} answers: ${about}`, async (t) => t.match(read(spec, answer), result));
  void t.test(`${name} breaks off in the middle of an answer`, async (t) => {
    const whole = answers['a value']?.[0];
    const text =
      typeof whole === 'string' ? whole.slice(0, whole.indexOf('tsId":"A","v')) : JSON.stringify(whole).slice(0, -2);
    t.notMatch(read(spec, text), { kind: 'value' });
  });
}
