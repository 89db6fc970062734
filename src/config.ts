import { AppError } from './errors.ts';
import { CONFIG_KINDS, type ConfigKind } from './rollout/pins/reference.ts';
import { isDnsSubdomain } from './rollout/spec/schema/dns.ts';
import { DURATION_EXAMPLES, formatDuration, parseDuration } from './rollout/spec/schema/durations.ts';
import { maskedUrl } from './rollout/spec/wording/masked.ts';
import { metricsAddress, redisAddress, type ServerLogin, secretsIn, splitLogin, withLogin } from './server-address.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything the environment decides: complete, checked and frozen. Durations are milliseconds. */
export interface Config {
  /** Where Headgate itself runs. */
  readonly namespace: string;
  /** Where it looks for Deployments, and acts. Empty: in all namespaces. */
  readonly namespaces: readonly string[];
  /** Where it does not, besides: what is enrolled there is not seen. Its own namespace is among them. */
  readonly excludedNamespaces: readonly string[];
  /** With user and password, where there are any. */
  readonly redisUrl: string;
  /** For the sentinels themselves, where they ask for it. */
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  /** Name of the BullMQ queue. */
  readonly queue: string;
  /** Such as `cluster.local`: the end of every Service's full host name. */
  readonly clusterDomain: string;
  /** Base URL of the Prometheus API, without a slash at the end, and without user and password. */
  readonly metricsServer: string;
  readonly metricsLogin?: ServerLogin;
  /** How often that server reads the proxies' figures. */
  readonly scrapeIntervalMs: number;
  readonly webhookHost: string;
  readonly webhookPort: number;
  /** Plain HTTP: /healthz, /readyz, /metrics. */
  readonly httpHost: string;
  readonly httpPort: number;
  /** How often work is looked for without a hint. */
  readonly resyncIntervalMs: number;
  /** How long a route's weight needs to reach the proxies. */
  readonly routeSettleMs: number;
  /** Ticks that one scheduler runs at a time. */
  readonly concurrency: number;
  /** Canaries that start side by side, of all schedulers together. */
  readonly maxStarting: number;
  /** Of which kinds a change of content is released. */
  readonly trackedConfig: readonly ConfigKind[];
  /** Name of the Secret with the key by which contents of Secrets get names. */
  readonly configKeySecret: string;
  readonly logLevel: LogLevel;
  /** Name of the Secret with the webhook's certificate. */
  readonly tlsSecret: string;
  /** Directory with the webhook's certificate, where somebody else makes it; the Secret is left alone then. */
  readonly tlsDir?: string;
  /** From SIGTERM until the listener closes, so that endpoints are updated first. */
  readonly shutdownDelayMs: number;
  /** User name under which the scheduler's requests arrive at the API server. */
  readonly schedulerUser: string;
  readonly kubernetes: KubernetesAccess;
  /** What no output shows. */
  readonly secrets: readonly string[];
}

export interface KubernetesAccess {
  /** Value of KUBECONFIG: one path, or several with the system's delimiter. */
  readonly kubeconfig?: string;
  /** URL of the API server as a pod is told it; left out when not in a pod. */
  readonly inCluster?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;
type Reading<T> = { value: T } | { wanted: string };
/** A variable's text as a value, or what would be right. */
export type Parse<T> = (text: string) => Reading<T>;

/** @throws AppError CONFIG_INVALID naming every wrong variable, its value and what would be right. */
export function loadConfig(env: Environment): Config {
  const { read, problems } = reader(env);
  const namespace = read('HEADGATE_NAMESPACE', 'headgate', name);
  const tlsDir = given(env, 'HEADGATE_TLS_DIR');
  const metricsServer = read('HEADGATE_METRICS_SERVER', 'http://prometheus.istio-system:9090', metricsAddress);
  const metrics = splitLogin(withLogin(metricsServer, loginOf(env, 'METRICS')));
  const sentinelUsername = given(env, 'HEADGATE_REDIS_SENTINEL_USERNAME');
  const sentinelPassword = given(env, 'HEADGATE_REDIS_SENTINEL_PASSWORD');
  const namespaces = read('HEADGATE_NAMESPACES', '', names);
  const excludedNamespaces = [...new Set([namespace, ...read('HEADGATE_EXCLUDED_NAMESPACES', '', names)])];
  for (const both of namespaces.filter((name) => excludedNamespaces.includes(name)))
    problems.push(`HEADGATE_NAMESPACES has ${both}, where nothing is ever held: it is Headgate's own, or excluded`);
  const config: Config = {
    namespace,
    namespaces,
    excludedNamespaces: Object.freeze(excludedNamespaces),
    redisUrl: withLogin(read('HEADGATE_REDIS_URL', 'redis://127.0.0.1:6379', redisAddress), loginOf(env, 'REDIS')),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    queue: read('HEADGATE_QUEUE', 'headgate', queueName),
    clusterDomain: read('HEADGATE_CLUSTER_DOMAIN', 'cluster.local', clusterDomain),
    metricsServer: metrics.address,
    ...(metrics.login && { metricsLogin: metrics.login }),
    scrapeIntervalMs: read('HEADGATE_SCRAPE_INTERVAL', '15s', duration(1_000)),
    webhookHost: read('HEADGATE_WEBHOOK_HOST', '0.0.0.0', host),
    webhookPort: read('HEADGATE_WEBHOOK_PORT', '8443', integer(0, 65_535)),
    httpHost: read('HEADGATE_HTTP_HOST', '0.0.0.0', host),
    httpPort: read('HEADGATE_HTTP_PORT', '8080', integer(0, 65_535)),
    resyncIntervalMs: read('HEADGATE_RESYNC_INTERVAL', '30s', duration(1_000)),
    routeSettleMs: read('HEADGATE_ROUTE_SETTLE', '10s', duration(0)),
    concurrency: read('HEADGATE_CONCURRENCY', '16', integer(1, 1_000)),
    maxStarting: read('HEADGATE_MAX_STARTING', '100', integer(1, 10_000)),
    trackedConfig: trackedConfig(read),
    configKeySecret: read('HEADGATE_CONFIG_KEY_SECRET', 'headgate-config-key', name),
    logLevel: read('HEADGATE_LOG_LEVEL', 'info', oneOf(LOG_LEVELS)),
    tlsSecret: read('HEADGATE_TLS_SECRET', 'headgate-webhook-tls', name),
    ...(tlsDir !== undefined && { tlsDir }),
    shutdownDelayMs: read('HEADGATE_SHUTDOWN_DELAY', '10s', duration(0, MOST_SHUTDOWN_DELAY_MS)),
    schedulerUser: read('HEADGATE_SCHEDULER_USER', `system:serviceaccount:${namespace}:headgate-scheduler`, anything),
    kubernetes: kubernetesAccess(env),
    secrets: Object.freeze(secretsIn(env)),
  };
  return checked(config, problems);
}

function trackedConfig(read: ReturnType<typeof reader>['read']): ConfigKind[] {
  const isOn = { configmap: read('HEADGATE_CONFIGS', 'true', flag), secret: read('HEADGATE_SECRETS', 'false', flag) };
  return CONFIG_KINDS.filter((kind) => isOn[kind]);
}

/** The domain of a cluster, as it was given to its kubelets. */
export const clusterDomain: Parse<string> = (value) =>
  isDnsSubdomain(value) ? { value } : { wanted: 'the domain of the cluster, such as cluster.local' };

/** The settings, frozen. @throws AppError CONFIG_INVALID with all problems, if there are any. */
export function checked<T extends object>(settings: T, problems: readonly string[]): Readonly<T> {
  if (problems.length > 0) throw new AppError('CONFIG_INVALID', `wrong environment:\n  ${problems.join('\n  ')}`);
  return Object.freeze(settings);
}

/** Reads variables one by one, each with its default, and gathers what is wrong with them. */
export function reader(env: Environment) {
  const problems: string[] = [];
  const read = <T>(variable: string, fallback: string, parse: Parse<T>): T => {
    const text = given(env, variable) ?? fallback;
    const reading = parse(text);
    if ('value' in reading) return reading.value;
    problems.push(`${variable}=${JSON.stringify(maskedUrl(text))}: wanted ${reading.wanted}`);
    return (parse(fallback) as { value: T }).value;
  };
  /** One that may be left out, and whose value no message shows. */
  const readSecret = (variable: string, parse: Parse<string>): string | undefined => {
    const text = given(env, variable);
    const reading = text === undefined ? undefined : parse(text);
    if (reading && 'wanted' in reading) problems.push(`${variable}: wanted ${reading.wanted}`);
    return text;
  };
  return { read, readSecret, problems };
}

/**
 * The variable, if somebody set it. An empty value counts as not set. So does a link: for a Service `headgate-webhook`
 * Kubernetes puts HEADGATE_WEBHOOK_PORT=tcp://… into every pod of the namespace, unless the pod sets it itself.
 */
function given(env: Environment, variable: string): string | undefined {
  const text = env[variable]?.trim();
  const link = variable.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(text ?? '');
  return text === '' || link ? undefined : text;
}

function kubernetesAccess(env: Environment): KubernetesAccess {
  const kubeconfig = given(env, 'KUBECONFIG');
  const address = given(env, 'KUBERNETES_SERVICE_HOST');
  const bracketed = address?.includes(':') ? `[${address}]` : address;
  const inCluster = bracketed && `https://${bracketed}:${given(env, 'KUBERNETES_SERVICE_PORT') ?? '443'}`;
  return Object.freeze({ ...(kubeconfig && { kubeconfig }), ...(inCluster && { inCluster }) });
}

function loginOf(env: Environment, server: 'REDIS' | 'METRICS'): Partial<ServerLogin> {
  const [username, password] = [given(env, `HEADGATE_${server}_USERNAME`), given(env, `HEADGATE_${server}_PASSWORD`)];
  return { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}

export const anything: Parse<string> = (value) => ({ value });

/** A pod is killed 45 s after SIGTERM, and has requests under way to answer after this. */
const MOST_SHUTDOWN_DELAY_MS = 25_000;

const name: Parse<string> = (value) =>
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value)
    ? { value }
    : { wanted: 'a Kubernetes name: lower-case letters, digits and dashes, at most 63' };

/** With commas between; none is an empty list. */
const names: Parse<readonly string[]> = (text) => {
  const entries = text.split(',').map((entry) => entry.trim());
  const found = entries.filter((entry) => entry !== '');
  return found.every((entry) => 'value' in name(entry))
    ? { value: Object.freeze([...new Set(found)]) }
    : { wanted: 'names of namespaces with commas between, such as shop,billing' };
};

const queueName: Parse<string> = (value) =>
  /^[\w{}.-]+$/.test(value) ? { value } : { wanted: 'letters, digits, "_", ".", "-" or braces; no colon' };

export const host: Parse<string> = (value) =>
  /^[\w.:-]+$/.test(value) ? { value } : { wanted: 'an IP address or a host name, without a port' };

export function integer(min: number, max: number): Parse<number> {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? { value } : { wanted: `a whole number from ${min} to ${max}` };
  };
}

export function oneOf<T extends string>(words: readonly T[]): Parse<T> {
  return (text) => {
    const value = words.find((word) => word === text);
    return value === undefined ? { wanted: `one of ${words.join(', ')}` } : { value };
  };
}

const flag: Parse<boolean> = (text) =>
  text === 'true' || text === 'false' ? { value: text === 'true' } : { wanted: 'true or false' };

export function duration(minMs: number, maxMs = Number.POSITIVE_INFINITY): Parse<number> {
  return (text) => {
    const value = parseDuration(text);
    const least = minMs > 0 ? `, at least ${formatDuration(minMs)}` : '';
    const most = Number.isFinite(maxMs) ? `, at most ${formatDuration(maxMs)}` : '';
    return value !== undefined && value >= minMs && value <= maxMs
      ? { value }
      : { wanted: `a duration such as ${DURATION_EXAMPLES}${least}${most}` };
  };
}
