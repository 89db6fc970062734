import t from 'tap';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** The record as an older API server would have left it: it knew one default less. Only the scheduler may write that. */
async function forgetDefault(app: App): Promise<void> {
  const scheduler = await rig.serviceAccountKubeconfig('headgate', 'headgate-scheduler');
  await waitFor('the record to be written between two ticks', () => writeOlder(app, scheduler));
}

async function writeOlder(app: App, kubeconfig: string): Promise<boolean> {
  const record = await app.record();
  const { spec } = record.status.stable.template as { spec: Json };
  if (spec.dnsPolicy === undefined) throw new Error('there is no default to forget');
  delete spec.dnsPolicy;
  record.status.stable.revision = '0123456789';
  const args = ['--kubeconfig', kubeconfig, 'replace', '--subresource=status', '-f', '-'];
  await app.kubectl(args, { input: JSON.stringify(record) });
  return true;
}

const remembered = (app: App) =>
  waitFor('the record to have what the API server has', async () => {
    const { stable } = await app.status();
    return stable?.template.spec['dnsPolicy'] !== undefined && stable.revision !== '0123456789' && stable;
  });

const setNames = async (app: App): Promise<string[]> => {
  const sets: Json[] = await rig.api.list(app.path('replicasets'));
  return sets.map(({ metadata }) => String(metadata.name)).toSorted();
};

/** A release stays at its weight until a command ends it. */
const SETTINGS = { 'step-weights': '20,40', interval: '10m', metrics: '[]' };

t.test('what a newer API server makes of the record is the same revision', async (t) => {
  const app = await App.enrolled(rig, 'restated', { annotations: SETTINGS });
  const { stable } = await app.status();
  await forgetDefault(app);
  t.same(await remembered(app), stable, 'an idle Deployment has nothing to release');
  t.equal((await app.status()).phase, 'Initialized');

  await app.setImage('1.4.1');
  await app.atWeight(20);
  const before = await setNames(app);
  await forgetDefault(app);
  t.same(await remembered(app), stable, 'it is found in mid-release');
  t.same(await setNames(app), before, 'and no ReplicaSet is made beside the one that serves');
  await app.command('promote');
  await app.phase('Succeeded');
  t.notMatch(JSON.stringify(await app.events()), /WentAround|StableRestored/, 'nobody was told otherwise');
  await app.delete();
});
