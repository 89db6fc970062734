import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { revisionOf } from '../../../src/rollout/workload/template.ts';
import { waitFor } from '../../rig/rig.ts';
import { type Gate, Subject } from './subject.ts';

const FLUX = ['--server-side', '--field-manager=flux'];

/** What happens once the scheduler opens the gate. */
export async function promotion(t: Test, gate: Gate): Promise<void> {
  t.test(
    'promoted, then an unforced server-side apply of the next version by the same tool: no conflict',
    async (t) => {
      const subject = await Subject.enrolled(gate, 'promote', { flags: FLUX });
      await subject.apply(subject.manifest('1.4.1'), FLUX);
      await subject.lift();
      await subject.rolledOut();
      t.equal(await subject.tags(), '1.4.1');
      t.match((await subject.apply(subject.manifest('1.5.0'), FLUX)).stderr, /is held/);
      t.equal(await subject.image(), 'podinfo:1.5.0');
    },
  );

  t.test('an undo after a promotion is held, and refused by kubectl while held', async (t) => {
    const subject = await promoted(gate, 'undo');
    const { stderr } = await subject.kubectl(['rollout', 'undo', 'deployment/podinfo']);
    t.match(stderr, /Warning: headgate: revision [0-9a-f]{10} is held/);
    t.equal(await subject.image(), 'podinfo:1.4.0');
    t.equal(await subject.tags(), '1.4.1');
    const undo = (options: object) => subject.kubectl(['rollout', 'undo', 'deployment/podinfo'], options);
    t.match(await subject.refused(undo), /paused/);
  });

  t.test(
    'a new version while the last promotion still rolls out is refused with the counts; the way back is not',
    async (t) => {
      const subject = await Subject.enrolled(gate, 'rolling', { replicas: 4, change: slowly });
      const from = revisionOf((await subject.get()).spec.template);
      await subject.setImage('1.4.1');
      await subject.lift({ rolling: JSON.stringify({ from, to: (await subject.held())?.revision ?? '' }) });
      const early = await subject.refused((options) => subject.setImage('1.5.0', options));
      t.match(early, /is still rolling out podinfo:1.4.1/, 'also while nobody has counted its pods');
      await waitFor('pods of two versions', async () => (await subject.tags()) === '1.4.0 1.4.1');
      await waitFor('them to be counted', async () => {
        const { metadata, status } = await subject.get();
        return status.observedGeneration === metadata.generation && status.updatedReplicas > 0;
      });
      const refused = await subject.refused((options) => subject.setImage('1.5.0', options));
      t.match(
        refused,
        /podinfo is still rolling out podinfo:1.4.1: \d of 4 pods are new, \d old ones? (is|are) left; apply again when it is done/,
      );
      t.match(refused, /or go back to the version before/);
      t.match((await subject.setImage('1.4.0')).stderr, /is held/);
      await subject.setImage('1.4.1');
      await subject.lift();
      await subject.rolledOut();
      t.match((await subject.setImage('1.5.0')).stderr, /is held/, 'passes when it is done');
    },
  );

  t.test('held for longer than the progress deadline, then lifted: rolls out, no deadline fires', async (t) => {
    const subject = await Subject.held(gate, 'deadline', {
      change: ({ spec }) => {
        spec.progressDeadlineSeconds = 3;
      },
    });
    await sleep(5_000);
    t.notMatch(JSON.stringify((await subject.get()).status.conditions), /ProgressDeadlineExceeded/);
    await subject.lift();
    await subject.rolledOut();
    t.equal(await subject.tags(), '1.4.1');
  });

  t.test('Recreate: nothing stops while held', async (t) => {
    const subject = await Subject.deployed(gate, 'recreate', {
      change: ({ spec }) => {
        spec.strategy = { type: 'Recreate' };
      },
    });
    const pods = await subject.pods();
    await subject.annotate('headgate.dev/canary=true');
    await subject.setImage('1.4.1');
    await sleep(1_500);
    t.same(await subject.pods(), pods);
  });

  t.test('revisionHistoryLimit 1 and scale to zero while held: the running version comes back', async (t) => {
    const subject = await Subject.held(gate, 'history', {
      change: ({ spec }) => {
        spec.revisionHistoryLimit = 1;
      },
    });
    await subject.kubectl(['scale', 'deployment/podinfo', '--replicas=0']);
    await subject.runs(0, '1.4.0');
    await subject.kubectl(['scale', 'deployment/podinfo', '--replicas=1']);
    await subject.runs(1, '1.4.0');
    const zero = await subject.refused((options) => subject.merge({ spec: { revisionHistoryLimit: 0 } }, options));
    t.match(zero, /revisionHistoryLimit 0 would lose the running version/);
    const recreate = { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } };
    t.match(
      await subject.refused((options) => subject.merge(recreate, options)),
      /does not change to strategy Recreate/,
    );
  });
}

/** New pods become ready only after a while, one at a time. */
function slowly({ spec }: { spec: Record<string, unknown> }): void {
  Object.assign(spec, { minReadySeconds: 2, strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } });
}

/** 1.4.1 runs, 1.4.0 is in the history. */
async function promoted(gate: Gate, prefix: string): Promise<Subject> {
  const subject = await Subject.held(gate, prefix);
  await subject.lift();
  await subject.rolledOut();
  return subject;
}
