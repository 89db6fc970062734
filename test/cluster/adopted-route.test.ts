import t from 'tap';
import { openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';
import { RouteLog } from './support/route-log.ts';
import { UserRoute, weightsOf } from './support/user-route.ts';

const rig = openRig();
t.teardown(() => rig.close());
t.setTimeout(280_000);

const FLUX = ['--server-side', '--field-manager=kustomize-controller', '--force-conflicts'];
/** Without the power to take fields over from others. */
const HELM = ['--server-side', '--field-manager=helm'];
const ROUNDS = 50;
/** A release that stays at its weight for as long as a test looks at it. */
const STAYING = { 'step-weights': '20', interval: '10m' };
const SHARED = { podinfo: 80, 'podinfo-canary': 20 };

t.test(
  'a route that its owner applies again and again in mid-release moves no traffic, and shows no drift',
  async (t) => {
    const log = new RouteLog(rig);
    t.teardown(() => log.close());
    const app = await App.deploy(rig, 'adopted');
    const route = await UserRoute.enrolled(app, STAYING);
    const load = app.load();
    await app.release('1.4.1');
    await app.atWeight(20);
    t.same(await route.weights(), [SHARED, {}, SHARED]);
    const { spec } = await route.get();
    const input = route.manifest();
    const version = async (): Promise<string> => (await route.get()).metadata.resourceVersion;
    const apply = (flags: readonly string[]) => app.kubectl(['apply', ...flags, '-f', '-'], { input });

    const seen = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const { stderr } = await apply(FLUX);
      if (stderr !== '') throw new Error(`round ${round}: ${stderr}`);
      seen.add(await version());
    }
    t.equal(seen.size, 1, 'from the first round on, nothing is written');
    await app.kubectl(['diff', ...FLUX, '-f', '-'], { input });
    await app.kubectl(['diff', '-f', '-'], { input });
    await apply([]);
    const before = await version();
    for (let round = 0; round < 5; round++) await apply([]);
    t.equal(await version(), before, 'nor by client-side apply');
    await app.kubectl(['replace', '-f', '-'], { input });
    const { metadata, spec: stored } = await route.get();
    t.same(stored, spec, 'nor by a replace that knows of no label');
    t.match(metadata.labels, { team: 'storefront', 'headgate.dev/role': 'adopted-route' });
    t.match(metadata.annotations['headgate.dev/adopted-for'], /podinfo-canary/);
    t.same(log.weightsSeen(app), [0, 20], 'of all versions that there were, none had another weight');

    await app.command('promote');
    await app.phase('Succeeded', 120_000);
    await apply(FLUX);
    await app.kubectl(['diff', ...FLUX, '-f', '-'], { input });
    t.same(log.weightsSeen(app), [0, 20, 0]);
    await servedAll(t, load);
    await app.delete();
  },
);

t.test('an owner’s edits pass, but for weights, and what is deleted stays deleted', async (t) => {
  const app = await App.deploy(rig, 'owned');
  const route = await UserRoute.enrolled(app, STAYING);
  const load = app.load();
  await app.release('1.4.1');
  await app.atWeight(20);
  const edited = route.manifest(({ spec }) => {
    spec.http[0].timeout = '9s';
    spec.http.unshift({ match: [{ uri: { prefix: '/new' } }], route: [{ destination: { host: 'podinfo' } }] });
    spec.http.splice(2, 1);
  });
  await app.apply(edited, HELM);
  await app.apply(edited, HELM);
  t.same(await route.weights(), [SHARED, SHARED, SHARED], 'a new rule has the weight too');
  t.match((await route.get()).spec.http, [
    { match: [{ uri: { prefix: '/new' } }] },
    { timeout: '9s' },
    { retries: {} },
  ]);

  const managers = (await route.get()).metadata.managedFields.map(({ manager }: { manager: string }) => manager);
  t.same(
    managers.filter((manager: string) => manager.includes('headgate')),
    [],
    'no field is Headgate’s',
  );

  const weights = [{ op: 'replace', path: '/spec/http/2/route/1/weight', value: 100 }];
  const patch = ['patch', 'virtualservice/web', '--type=json', '-p', JSON.stringify(weights)];
  for (const more of [['--dry-run=server'], []]) {
    const { stderr, stdout } = await app.kubectl([...patch, ...more, '-o', 'json']);
    t.match(stderr, /Warning: headgate: .* divides the traffic of this route with its canary: the weights .* stay/);
    t.same(weightsOf(JSON.parse(stdout)), [SHARED, SHARED, SHARED]);
  }
  await app.kubectl(['label', 'virtualservice/web', 'headgate.dev/role-', 'team=b', '--overwrite']);
  t.match((await route.get()).metadata.labels, { team: 'b', 'headgate.dev/role': 'adopted-route' });
  await servedAll(t, load);

  await app.kubectl(['delete', 'virtualservice/web']);
  t.match(await app.told('RouteGone'), /lost its route at weight 20: its user deleted it/);
  const { release } = await app.phase('Failed');
  t.match(release, { outcome: 'failed', reason: 'RouteGone' });
  t.same(await route.routes(), [], 'none is made in its place');
  t.same(await app.stableTags(), ['1.4.0']);
  await app.apply(route.manifest());
  await app.release('1.4.2');
  await app.atWeight(20);
  t.same(await route.weights(), [SHARED, {}, SHARED], 'one that comes back is adopted by the next release');
  await app.delete();
});

t.test('a route outlives its Deployment, without a word of the canary', async (t) => {
  const app = await App.deploy(rig, 'outlived');
  const route = await UserRoute.enrolled(app, STAYING);
  await app.release('1.4.1');
  await app.atWeight(20);
  const { metadata, spec } = await route.get();
  const isUsers = async () => {
    const found = await route.get();
    return found.metadata.labels['headgate.dev/role'] === undefined && found;
  };
  await app.kubectl(['delete', 'deployment/podinfo']);
  const left = await waitFor('the route to be its user’s', isUsers);
  t.same(left.spec, route.manifest()['spec']);
  t.notOk(left.metadata.annotations['headgate.dev/adopted-for']);

  const { labels, annotations } = metadata;
  await rig.api.patch(route.path, { metadata: { labels, annotations }, spec });
  const again = await waitFor('what came from a backup to be its user’s', isUsers);
  t.same(again.spec, left.spec);
  await app.delete();
});
