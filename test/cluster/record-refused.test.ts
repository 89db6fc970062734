import t from 'tap';
import { type Json, type KubeObject, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { policyFor, untilRefused, untilTaken } from './support/policy.ts';

const rig = openRig();
t.teardown(() => rig.close());

const probe: KubeObject = {
  apiVersion: 'headgate.dev/v1',
  kind: 'Canary',
  metadata: { name: 'probe' },
  spec: { targetRef: { name: 'probe' }, service: { port: 9898 } },
};

/** As a quota of Canaries, or somebody's rules for names, would. */
const noCanaries = ({ namespace }: App): object =>
  policyFor(namespace, {
    apiGroup: 'headgate.dev',
    resource: 'canaries',
    expression: 'object.metadata.name != "podinfo" && object.metadata.name != "probe"',
    message: 'no more Canaries here',
  });

t.test(
  'a Deployment whose Canary is refused says so, is asked for seldom, and is enrolled once it may be',
  async (t) => {
    const app = await App.deploy(rig, 'refused-record', { replicas: 1 });
    await rig.kubectl(['apply', '-f', '-'], { input: noCanaries(app) });
    await untilRefused(app, probe, 'no more Canaries here');
    const words = Object.entries(app.annotations()).map(([key, value]) => `${key}=${value}`);
    await app.kubectl(['annotate', `deployment/${app.name}`, ...words]);
    const { message } = await waitFor('an Event on the Deployment', async () => {
      const events: Json[] = await rig.api.list(`/api/v1/namespaces/${app.namespace}/events`);
      return events.find(
        ({ reason, involvedObject }) => reason === 'RecordRefused' && involvedObject.kind === 'Deployment',
      );
    });
    t.match(
      message,
      /podinfo\.refused-record-\w+ is not released: its Canary cannot be written: .*no more Canaries here/,
    );
    const creations = {
      verb: 'create',
      resource: 'canaries',
      namespace: app.namespace,
      userAgent: /^headgate-scheduler/,
    };
    const attempts = await waitFor('four attempts', () => {
      const found = rig.audit.find(creations);
      return found.length >= 4 && found.map(({ at }) => at);
    });
    const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    t.ok((gaps[2] ?? 0) > 3_000, `later and later: ${gaps.join(', ')} ms`);
    await rig.kubectl(['delete', '-f', '-'], { input: noCanaries(app) });
    await untilTaken(app, probe);
    await app.phase('Initialized', 70_000);
    await app.delete();
  },
);
