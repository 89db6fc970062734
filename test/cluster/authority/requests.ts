import type { ApiClient, Json } from '../../rig/rig.ts';

/** What a request is made on, in a namespace that `subjects.ts` has filled. */
type Make = (api: ApiClient, namespace: string, edge: string) => Promise<Json>;

const path = (namespace: string, plural: string, name: string): string => {
  const group = plural === 'canaries' ? 'headgate.dev' : 'apps';
  return `/apis/${group}/v1/namespaces/${namespace}/${plural}/${name}?dryRun=All`;
};

const change =
  (plural: string, name: string, patch: (edge: string) => object): Make =>
  (api, namespace, edge) =>
    api.patch(path(namespace, plural, name), patch(edge));

const annotate = (plural: string, name: string, notes: Record<string, string | null>): Make =>
  change(plural, name, () => ({
    metadata: {
      annotations: Object.fromEntries(Object.entries(notes).map(([key, value]) => [`headgate.dev/${key}`, value])),
    },
  }));

const command = (name: string, action: string): Make =>
  annotate('canaries', name, { command: JSON.stringify({ id: 'x', action }) });
const spec = (wanted: object): Make => change('canaries', 'guarded', () => ({ spec: wanted }));
const route = (edge: string): string => `${edge}/web/*`;

const remove =
  (name: string): Make =>
  (api, namespace) =>
    api.delete(path(namespace, 'canaries', name), { dryRun: ['All'] });

const owned = (name: string): Make => {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: 'gone',
    uid: 'c0ffee00-0000-4000-8000-000000000000',
  };
  return change('canaries', name, () => ({ metadata: { ownerReferences: [owner] } }));
};

/** Requests by which each deed of the table is done; all are dry runs. */
export const REQUESTS: Record<string, readonly Make[]> = {
  'abort, pause, resume, retry or revert a release, pin what runs': [
    'abort',
    'pause',
    'resume',
    'retry',
    'revert',
    'pin',
  ].map((action) => command('plain', action)),
  'promote a release': [command('plain', 'promote')],
  'promote a release past its approvals': [command('guarded', 'promote')],
  'take an approval away while a revision is held, by the Canary': [
    spec({ analysis: { webhooks: [] } }),
    spec({ analysis: { webhooks: [{ name: 'go', type: 'confirm-promotion', url: 'http://tester/always' }] } }),
    spec({ analysis: { maxWeight: 20 } }),
    spec({ skipAnalysis: true }),
    spec({ analysis: { threshold: 7, stepWeights: [50] } }),
  ],
  'take an approval away while a revision is held, by annotation': [
    annotate('deployments', 'noted', { webhooks: null }),
    annotate('deployments', 'noted', { webhooks: '[{name: go, type: rollout, url: "http://tester/"}]' }),
    annotate('deployments', 'noted', { 'max-weight': '20' }),
    annotate('deployments', 'noted', { 'skip-analysis': 'true' }),
    annotate('deployments', 'guarded', { canary: 'canary/plain' }),
  ],
  'ship without analysis': [
    annotate('deployments', 'plain', { bypass: 'incident 4711' }),
    annotate('deployments', 'guarded', { bypass: 'incident 4711' }),
    annotate('deployments', 'outside', { bypass: 'incident 4711' }),
  ],
  'steer by annotation: opt in, opt out, change a setting': [
    annotate('deployments', 'plain', { interval: '30s' }),
    annotate('deployments', 'plain', { canary: null }),
    annotate('deployments', 'noted', { threshold: '7' }),
    annotate('deployments', 'outside', { canary: 'true', port: '9898' }),
  ],
  'steer by a Canary': [spec({ analysis: { threshold: 7 } })],
  'delete a Canary': [remove('written'), remove('plain')],
  'delete a Canary with approvals while a revision is held': [remove('guarded')],
  'give a Canary another owner, with which it would be deleted': [owned('written'), owned('plain')],
  'set a traffic policy by annotation': [
    annotate('deployments', 'plain', { 'traffic-policy': '{outlierDetection: {consecutive5xxErrors: 5}}' }),
  ],
  'set a traffic policy by a Canary': [
    spec({ service: { trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } } } }),
  ],
  'adopt a route of another namespace by annotation': [
    change('deployments', 'plain', (edge) => ({ metadata: { annotations: { 'headgate.dev/routes': route(edge) } } })),
  ],
  'adopt a route of another namespace by a Canary': [
    change('canaries', 'guarded', (edge) => ({ spec: { service: { routes: [route(edge)] } } })),
  ],
};
