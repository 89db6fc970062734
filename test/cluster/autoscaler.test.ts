import t from 'tap';
import { PodMetrics } from '../rig/pod-metrics.ts';
import { openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { autoscalerFor, autoscalerOf, conditionOf, crowd, scaleByItself, sizes } from './support/autoscaler.ts';
import { servedAll } from './support/failures.ts';
import { scaledObjectDefinition, scaledObjectFor, scaledObjectOf } from './support/scaled-object.ts';

const rig = openRig();
const podMetrics = new PodMetrics(rig);
await podMetrics.start();
t.teardown(async () => {
  await podMetrics.stop();
  await rig.close();
});

/** Half of the traffic, until a command ends it. */
const HALF = { 'step-weights': '50', interval: '10m', metrics: '[]', autoscaler: 'podinfo' };
const QUIET = 10;
const BUSY = 250;

/** What all the traffic costs, by which the target is chosen: half of it is to need some four pods. */
async function costOf(app: App): Promise<number> {
  const used = () => podMetrics.millicores(app.namespace, 'podinfo-');
  const load = app.load(BUSY);
  await waitFor('a whole window under load', async () => load.samples.length >= 6 * BUSY, { timeoutMs: 30_000 });
  const cost = used();
  await load.stop();
  await waitFor('the figures to fall', async () => used() < cost / 5);
  return cost;
}

t.test('stable and canary scale by themselves, and the stable keeps its floor until the end', async (t) => {
  const app = await App.enrolled(rig, 'autoscaled', { annotations: HALF });
  const cost = await costOf(app);
  t.ok(cost > 0, `all of the traffic costs ${Math.round(cost)} thousandths of a core`);
  await app.apply(autoscalerFor(app, Math.max(Math.round(cost / 2 / 3.6), 1)));
  const quiet = app.load(QUIET);
  await app.release('1.4.1');
  await app.atWeight(50);
  const { spec, metadata } = await autoscalerOf(app, 'podinfo-canary');
  t.match(spec, { minReplicas: 1, maxReplicas: 5, scaleTargetRef: { name: 'podinfo-canary' } }, 'bounds by the weight');
  t.match(spec.metrics, [{ type: 'Resource' }]);
  t.equal(metadata.ownerReferences[0].name, 'podinfo-canary');

  const busy = app.load(BUSY);
  const grown = await sizes(
    app,
    'both to grow, the canary beyond what the size of the Deployment asks for',
    (stable, canary) => stable > 2 && canary > Math.ceil(stable / 2),
  );
  t.ok(grown.canary > 1, `under load: ${JSON.stringify(grown)}`);
  await busy.stop();
  // Until then the Deployment may grow once more, and its floor with it.
  await waitFor('the figures to fall', () => podMetrics.millicores(app.namespace, 'podinfo-') < cost / 2);

  const refusal = async (): Promise<string | false> => {
    const able = await conditionOf(app, 'podinfo', 'AbleToScale');
    return able?.status === 'False' ? able.message : false;
  };
  const message = await waitFor('the autoscaler to be refused a smaller size', refusal, { timeoutMs: 60_000 });
  t.match(
    message,
    /headgate: a release of podinfo is under way, and until it ends no autoscaler takes it below \d+ pods/,
  );
  const { floor = 0 } = await app.status();
  t.ok(floor >= grown.stable, `the floor is ${floor}`);
  await sizes(app, 'the canary to shrink to what its weight needs', (stable, canary) => {
    return stable === floor && canary === Math.ceil(stable / 2);
  });

  await crowd(app, 200);
  const { stderr } = await scaleByItself(app, 2);
  t.match(stderr, 'no autoscaler takes it below', 'with 200 other Canaries in the namespace');
  await app.kubectl(['scale', 'deployment/podinfo', `--replicas=${floor - 1}`]);
  t.pass('a person may');
  await app.kubectl(['scale', 'deployment/podinfo', `--replicas=${floor}`]);
  await waitFor('all of its pods', async () => (await app.deployment()).status.availableReplicas === floor);

  const all = app.load(BUSY);
  await app.command('abort');
  const ended = await app.phase('Failed');
  t.equal(ended.floor, undefined, 'nothing is kept any more');
  t.equal(await autoscalerOf(app, 'podinfo-canary'), undefined, "the canary's autoscaler went with it");
  await servedAll(t, all);
  await servedAll(t, quiet);
  await sizes(app, 'the autoscaler to shrink the Deployment', (stable) => stable === 2);
  await app.delete();
});

t.test('without KEDA a ScaledObject is missing, which is said; with it the canary gets one of its own', async (t) => {
  const annotations = { 'step-weights': '50', metrics: '[]', autoscaler: 'ScaledObject/podinfo' };
  const app = await App.enrolled(rig, 'scaled-object', { annotations });
  await app.release('1.4.1');
  const { conditions } = await app.phase('Succeeded');
  t.match(
    conditions.find(({ type }) => type === 'AutoscalerGap'),
    { status: 'True', reason: 'AutoscalerNotFound', message: /no ScaledObject podinfo in this namespace/ },
  );

  await app.apply(scaledObjectDefinition);
  t.teardown(() => app.kubectl(['delete', 'crd', 'scaledobjects.keda.sh']));
  await app.kubectl(['wait', 'crd/scaledobjects.keda.sh', '--for=condition=Established', '--timeout=30s']);
  // Established is said before the API server has the kind among those that kubectl finds.
  await waitFor('ScaledObjects to be taken', () => app.apply(scaledObjectFor(app)));
  await app.release('1.4.2');
  const made = await waitFor("the canary's ScaledObject", () => scaledObjectOf(app, 'podinfo-canary'));
  t.match(made.spec, {
    ...{ minReplicaCount: 1, maxReplicaCount: 4, scaleTargetRef: { name: 'podinfo-canary' } },
    triggers: [{ type: 'prometheus', metadata: { query: 'sum(rate(requests{deployment="podinfo-canary"}[1m]))' } }],
  });
  t.equal(made.spec.triggers.length, 1, 'a queue is of both');
  const done = await app.phase('Succeeded');
  t.match(
    done.conditions.find(({ type }) => type === 'AutoscalerGap'),
    { reason: 'AutoscalerNotTurned', message: /trigger orders \(rabbitmq\)/ },
  );
  t.equal(await scaledObjectOf(app, 'podinfo-canary'), undefined);
  await app.delete();
});
