import t from 'tap';
import { openRig, waitFor } from '../rig/rig.ts';
import { killStablePods, pinsOfApp, snapshotsAround } from './support/content.ts';
import { KustomizedApp } from './support/kustomized-app.ts';
import { atLiveWeight } from './support/live-weight.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** A release stays at its weight until a command ends it. */
const STAYING = { 'step-weights': '50', interval: '10m', metrics: '[]' };

t.test('a ConfigMap that kustomize renames with each content', async (t) => {
  const one = await KustomizedApp.in(rig, t.testdir(), { annotations: STAYING });
  const { app } = one;
  const settings = (word: string) => one.apply({ name: 'settings', word });
  const outcomes = async () => ((await app.status()).history ?? []).map(({ outcome }) => outcome);
  await settings('one');
  await app.kubectl(['rollout', 'status', `deployment/${app.name}`, '--timeout=60s']);
  await app.phase('Initialized');
  await waitFor('the gateway to answer', async () => (await one.heard(1)).stable.includes('one'));
  const first = await one.referred();
  t.match(first, /^settings-\w{10}$/);
  await app.command('pin');
  await app.atWeight(50);
  await app.command('promote');
  await app.phase('Succeeded');

  await settings('two');
  const { release } = await atLiveWeight(app, 50);
  t.match(release?.requestedBy, /^(?!ConfigMap )./, 'whoever applied it asked for it');
  t.notOk((await one.configMaps()).includes(`configmap/${first}`), 'the ConfigMap of what runs was pruned');
  await killStablePods(app);
  t.same(await one.heard(), { stable: ['one'], canary: ['two'] }, 'and its pods start again on what it said');

  await settings('three');
  await app.until('the third', (status) => status.release?.revision !== release?.revision);
  await atLiveWeight(app, 50);
  t.same(await one.heard(), { stable: ['one'], canary: ['three'] });
  t.same(await outcomes(), ['superseded', 'succeeded'], 'name and content are one revision, in mid-analysis too');

  const path = '/spec/template/spec/containers/0/envFrom/0/configMapRef/name';
  await app.kubectl([
    ...['patch', `deployment/${app.name}`, '--type=json'],
    `-p=${JSON.stringify([{ op: 'replace', path, value: first }])}`,
  ]);
  await app.phase('Initialized');
  t.same(await outcomes(), ['withdrawn', 'superseded', 'succeeded'], 'back to the first, which nobody has any more');
  await killStablePods(app);
  t.same(await one.heard(20), { stable: ['one'], canary: [] });

  await one.apply({ name: 'options', word: 'one' });
  await app.atWeight(50);
  await app.command('promote');
  await app.phase('Succeeded');
  t.same(await one.heard(20), { stable: ['one'], canary: [] });
  t.match(await pinsOfApp(app), /^configmap\/options-\w+=options-[\w-]+$/, 'another name for it is a revision');
  await waitFor('no more snapshots than are needed', async () => (await snapshotsAround(app)).length === 1);

  await app.kubectl(['annotate', `deployment/${app.name}`, 'headgate.dev/config-tracking=disabled']);
  await app.atWeight(50);
  await app.command('promote');
  await app.phase('Succeeded');
  t.equal(await pinsOfApp(app), '', 'one that opts out is released once more, without pins');
  await waitFor('no snapshot to be left', async () => (await snapshotsAround(app)).length === 0);
  await app.delete();
});
