import type { ProviderType } from '../../../src/rollout/spec/schema/alert-provider.ts';
import type { Rig } from '../../rig/rig.ts';
import type { App } from './app.ts';
import type { Inbox } from './inbox.ts';

/** What an administrator allows by the chart's value `alerts.secretNames`. */
export async function allowSecrets(rig: Rig, names: readonly string[]): Promise<void> {
  const kind = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  // A name for each file: another one, beside it, allows Secrets of its own.
  const metadata = { name: `alert-secrets-of-tests-${names[0]}` };
  const rules = [{ apiGroups: [''], resources: ['secrets'], resourceNames: names, verbs: ['get'] }];
  const subjects = [{ kind: 'ServiceAccount', name: 'headgate-scheduler', namespace: 'headgate' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name };
  const items = [
    { ...kind, kind: 'ClusterRole', metadata, rules },
    { ...kind, kind: 'ClusterRoleBinding', metadata, roleRef, subjects },
  ];
  await rig.kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
}

export interface ProviderOptions {
  type: ProviderType;
  /** Of the receiver, in the inbox; the provider's name unless said. */
  receiver?: string;
  secret?: string;
  namespace?: string;
  channel?: string;
  /** Where it leads, if not to the inbox. */
  address?: string;
}

/** An AlertProvider, and the Secret with its address. */
export async function provide(app: App, inbox: Inbox, name: string, options: ProviderOptions): Promise<void> {
  const { type, receiver = name, secret = `to-${name}`, namespace = app.namespace, channel } = options;
  const address = { stringData: { address: options.address ?? inbox.url(type, receiver) } };
  const spec = { type, ...(channel !== undefined && { channel }), secretRef: { name: secret } };
  const items = [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: secret, namespace }, ...address },
    { apiVersion: 'headgate.dev/v1', kind: 'AlertProvider', metadata: { name, namespace }, spec },
  ];
  await app.rig.kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
}

/** The annotation that names receivers: alert name → what else stands in its entry. */
export const alerts = (entries: Record<string, object>): string =>
  JSON.stringify(Object.entries(entries).map(([name, more]) => ({ name, providerRef: { name }, ...more })));
