import { anything, checked, type Environment, oneOf, type Parse, reader } from '../config.ts';
import type { ProviderType } from '../rollout/spec/schema/alert-provider.ts';
import { SEVERITIES, type Severity } from '../rollout/spec/schema/alert-schema.ts';
import { url } from '../server-address.ts';
import type { Target } from './target.ts';
import { withoutUndefined } from './without-undefined.ts';

/** The installation's own receivers of notifications, and what all notifications have in common. Holds secrets. */
export interface AlertSettings {
  /** What messages call the cluster. */
  readonly clusterName?: string;
  /** HTTP proxy for receivers of every kind. */
  readonly proxy?: string;
  /** The least serious that the installation's own receivers get. */
  readonly severity: Severity;
  /** By name, which is that of their type. */
  readonly receivers: ReadonlyMap<string, Target>;
}

/** Receivers that are an address, and nothing else. */
const PLAIN: Readonly<Record<Exclude<ProviderType, 'slack'>, string>> = {
  msteams: 'HEADGATE_MSTEAMS_URL',
  discord: 'HEADGATE_DISCORD_URL',
  rocket: 'HEADGATE_ROCKET_URL',
  gchat: 'HEADGATE_GCHAT_URL',
  webhook: 'HEADGATE_ALERTS_WEBHOOK_URL',
};

const address = url(['http:', 'https:']);

/** @throws AppError CONFIG_INVALID naming every wrong variable and what would be right, and no secret. */
export function loadAlertSettings(env: Environment): AlertSettings {
  const { read, readSecret, problems } = reader(env);
  const optional = (variable: string, parse: Parse<string>) => read(variable, '', orNothing(parse)) || undefined;
  const clusterName = optional('HEADGATE_CLUSTER_NAME', anything);
  const proxy = optional('HEADGATE_ALERTS_PROXY', withoutUser);
  const severity = read('HEADGATE_ALERTS_SEVERITY', 'info', oneOf(SEVERITIES));
  const slack = withoutUndefined({
    address: readSecret('HEADGATE_SLACK_URL', address),
    token: readSecret('HEADGATE_SLACK_TOKEN', anything),
    channel: optional('HEADGATE_SLACK_CHANNEL', anything),
    username: optional('HEADGATE_SLACK_USER', anything),
  });
  const receivers = new Map<string, Target>();
  if (slack.address ?? slack.token) receivers.set('slack', { type: 'slack', ...slack });
  for (const [type, variable] of Object.entries(PLAIN) as [keyof typeof PLAIN, string][]) {
    const where = readSecret(variable, address);
    if (where !== undefined) receivers.set(type, { type, address: where });
  }
  const homeless = slack.token !== undefined && slack.channel === undefined;
  if (homeless) problems.push('HEADGATE_SLACK_CHANNEL: wanted the name of a channel, for HEADGATE_SLACK_TOKEN');
  return checked({ ...withoutUndefined({ clusterName, proxy }), severity, receivers }, problems);
}

const orNothing =
  (parse: Parse<string>): Parse<string> =>
  (text) =>
    text === '' ? { value: '' } : parse(text);

const withoutUser: Parse<string> = (text) => {
  const reading = address(text);
  const { username = '', password = '' } = URL.parse(text) ?? {};
  return 'value' in reading && username + password === ''
    ? reading
    : { wanted: 'the URL of a proxy, such as http://proxy.example.com:3128, without user and password' };
};
