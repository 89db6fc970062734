import t from 'tap';
import { loadConfig } from '../src/config.ts';

const defaults = {
  namespace: 'headgate',
  namespaces: [],
  excludedNamespaces: ['headgate'],
  redisUrl: 'redis://127.0.0.1:6379',
  queue: 'headgate',
  clusterDomain: 'cluster.local',
  metricsServer: 'http://prometheus.istio-system:9090',
  scrapeIntervalMs: 15_000,
  webhookHost: '0.0.0.0',
  webhookPort: 8443,
  httpHost: '0.0.0.0',
  httpPort: 8080,
  resyncIntervalMs: 30_000,
  routeSettleMs: 10_000,
  concurrency: 16,
  maxStarting: 100,
  trackedConfig: ['configmap'],
  configKeySecret: 'headgate-config-key',
  logLevel: 'info',
  tlsSecret: 'headgate-webhook-tls',
  shutdownDelayMs: 10_000,
  schedulerUser: 'system:serviceaccount:headgate:headgate-scheduler',
  kubernetes: {},
  secrets: [],
};

const right: Record<string, [env: Record<string, string>, changed: object]> = {
  'an empty environment gives the defaults': [{}, {}],
  'an empty value counts as not set': [{ HEADGATE_CONCURRENCY: ' ', KUBECONFIG: '' }, {}],
  'the scheduler is looked for in the namespace': [
    { HEADGATE_NAMESPACE: 'delivery' },
    {
      namespace: 'delivery',
      excludedNamespaces: ['delivery'],
      schedulerUser: 'system:serviceaccount:delivery:headgate-scheduler',
    },
  ],
  'namespaces have commas between, and each counts once': [
    { HEADGATE_NAMESPACES: 'shop, billing,shop,' },
    { namespaces: ['shop', 'billing'] },
  ],
  'its own namespace is excluded besides those that are named': [
    { HEADGATE_EXCLUDED_NAMESPACES: 'kube-system, headgate' },
    { excludedNamespaces: ['headgate', 'kube-system'] },
  ],
  'durations have units': [
    { HEADGATE_RESYNC_INTERVAL: '1m30s', HEADGATE_ROUTE_SETTLE: '0s', HEADGATE_SHUTDOWN_DELAY: '250ms' },
    { resyncIntervalMs: 90_000, routeSettleMs: 0, shutdownDelayMs: 250 },
  ],
  'a slash at the end of a URL is dropped': [
    { HEADGATE_METRICS_SERVER: 'https://metrics.example.com/prometheus/' },
    { metricsServer: 'https://metrics.example.com/prometheus' },
  ],
  'a Service link in place of a port is not a port': [
    { HEADGATE_WEBHOOK_PORT: 'tcp://10.96.11.12:443', HEADGATE_HTTP_PORT: 'tcp://10.96.11.13:80' },
    {},
  ],
  'user and password of Redis need no escapes': [
    {
      HEADGATE_REDIS_URL: 'rediss://redis:6380/2',
      HEADGATE_REDIS_USERNAME: 'gate',
      HEADGATE_REDIS_PASSWORD: 'p@s/w%1:',
    },
    { redisUrl: 'rediss://gate:p%40s%2Fw%251%3A@redis:6380/2', secrets: ['p@s/w%1:'] },
  ],
  'user and password of the metrics server are apart from its address': [
    { HEADGATE_METRICS_SERVER: 'http://gate:s%2Fcret@metrics:9090' },
    {
      metricsServer: 'http://metrics:9090',
      metricsLogin: { username: 'gate', password: 's/cret' },
      secrets: ['gate:s%2Fcret', 's%2Fcret', 'gate:s/cret', 's/cret'],
    },
  ],
  'a password alone is the default user’s': [
    { HEADGATE_REDIS_PASSWORD: 'secret' },
    { redisUrl: 'redis://:secret@127.0.0.1:6379', secrets: ['secret'] },
  ],
  'a certificate that somebody else makes': [{ HEADGATE_TLS_DIR: '/etc/tls' }, { tlsDir: '/etc/tls' }],
  'sentinels are followed by the name of their master': [
    { HEADGATE_REDIS_URL: 'rediss+sentinel://one,two:26380/mymaster/1', HEADGATE_REDIS_PASSWORD: 's:' },
    { redisUrl: 'rediss+sentinel://:s%3A@one,two:26380/mymaster/1', secrets: ['s:'] },
  ],
  'sentinels may have a user and a password of their own': [
    { HEADGATE_REDIS_SENTINEL_USERNAME: 'guard', HEADGATE_REDIS_SENTINEL_PASSWORD: 'p@s/w' },
    { sentinelUsername: 'guard', sentinelPassword: 'p@s/w', secrets: ['p@s/w'] },
  ],
  'a queue may have braces': [{ HEADGATE_QUEUE: '{headgate}' }, { queue: '{headgate}' }],
  'a pod knows its API server': [
    { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '6443' },
    { kubernetes: { inCluster: 'https://10.96.0.1:6443' } },
  ],
  'an IPv6 API server is bracketed': [
    { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBECONFIG: '/a:/b' },
    { kubernetes: { inCluster: 'https://[fd00::1]:443', kubeconfig: '/a:/b' } },
  ],
};

for (const [sentence, [env, changed]] of Object.entries(right)) {
  void t.test(sentence, async (t) => {
    t.strictSame(loadConfig(env), { ...defaults, ...changed });
  });
}

void t.test('a namespace cannot be named and left out', async (t) => {
  const message = /HEADGATE_NAMESPACES has headgate, where nothing is ever held/;
  t.throws(() => loadConfig({ HEADGATE_NAMESPACES: 'shop,headgate' }), { code: 'CONFIG_INVALID', message });
});

void t.test('nobody can change it', async (t) => {
  const config = loadConfig({});
  t.ok(Object.isFrozen(config));
  t.ok(Object.isFrozen(config.kubernetes));
});

const wrong: Record<string, [variable: string, value: string, wanted: RegExp]> = {
  'a namespace in capitals': ['HEADGATE_NAMESPACE', 'Headgate', /a Kubernetes name/],
  'a pattern for namespaces': ['HEADGATE_NAMESPACES', 'shop,team-*', /namespaces with commas between/],
  'a port that does not exist': ['HEADGATE_WEBHOOK_PORT', '65536', /a whole number from 0 to 65535/],
  'a port in words': ['HEADGATE_HTTP_PORT', 'http', /a whole number/],
  'a number in hexadecimal': ['HEADGATE_CONCURRENCY', '0x10', /a whole number from 1 to 1000/],
  'a switch that is neither': ['HEADGATE_SECRETS', 'yes', /true or false/],
  'no concurrency': ['HEADGATE_CONCURRENCY', '0', /from 1 to 1000/],
  'no canary at all': ['HEADGATE_MAX_STARTING', '0', /from 1 to 10000/],
  'a duration without a unit': ['HEADGATE_SHUTDOWN_DELAY', '10', /a duration such as 30s, 1m30s, 1h or 500ms/],
  'a negative duration': ['HEADGATE_ROUTE_SETTLE', '-1s', /a duration/],
  'more time to shut down than a pod is given': ['HEADGATE_SHUTDOWN_DELAY', '26s', /at most 25s/],
  'a resync without a pause': ['HEADGATE_RESYNC_INTERVAL', '0s', /at least 1s/],
  'a log level that pino does not know': ['HEADGATE_LOG_LEVEL', 'verbose', /one of fatal, error, warn, info/],
  'Redis by HTTP': ['HEADGATE_REDIS_URL', 'http://redis', /starts with redis:\/\/ or rediss:\/\//],
  'sentinels without a master': ['HEADGATE_REDIS_URL', 'redis+sentinel://one,two', /HOSTS\/MASTER/],
  'metrics without a scheme': ['HEADGATE_METRICS_SERVER', 'prometheus:9090', /starts with http:\/\/ or https:\/\//],
  'a queue with a colon': ['HEADGATE_QUEUE', 'a:b', /no colon/],
  'a host with a scheme': ['HEADGATE_HTTP_HOST', 'http://0.0.0.0', /without a port/],
};

for (const [sentence, [variable, value, wanted]] of Object.entries(wrong)) {
  void t.test(`${sentence} is refused with what would be right`, async (t) => {
    t.throws(() => loadConfig({ [variable]: value }), { code: 'CONFIG_INVALID', message: wanted });
    t.throws(() => loadConfig({ [variable]: value }), { message: `${variable}=${JSON.stringify(value)}: wanted` });
  });
}

void t.test('all that is wrong is said at once', async (t) => {
  const env = Object.fromEntries(Object.values(wrong).map(([variable, value]) => [variable, value]));
  const message = messageOf(env);
  for (const variable of Object.keys(env)) t.match(message, variable);
});

void t.test('a password in a wrong URL is not printed', async (t) => {
  t.match(messageOf({ HEADGATE_REDIS_URL: 'redi://user:secret@host' }), 'redi://***@host');
});

function messageOf(env: Record<string, string>): string {
  try {
    loadConfig(env);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
