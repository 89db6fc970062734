import t from 'tap';
import { type DelaySurroundings, delayReasons } from '../../src/cli/delay.ts';
import type { Deployment } from '../../src/rollout/kube.ts';
import { refusedStatus } from '../../src/rollout/machine/status.ts';
import { annotated, deployment } from '../build.ts';
import { canary } from './build.ts';

const enrolled = deployment('1.0', annotated({ 'headgate.dev/canary': 'true' }));
const progressing = canary({ phase: 'Progressing' });

const scheduler = (readyReplicas: number, namespaces = ''): Deployment =>
  deployment('1.0', (object) => {
    object.metadata = { name: 'headgate-scheduler', namespace: 'headgate' };
    object.spec.replicas = 2;
    object.status = { readyReplicas };
    const env = [{ name: 'HEADGATE_NAMESPACES', value: namespaces }];
    object.spec.template.spec.containers = [{ name: 'headgate', env }];
  });

const refused = {
  ...canary(),
  status: refusedStatus({
    before: undefined,
    generation: 1,
    reason: 'TargetTaken',
    message: 'its Deployment is released by Canary prod/other, which was there first',
    at: '2026-11-23T11:58:40.000Z',
  }),
};

const table: Record<string, [Partial<DelaySurroundings>, reasons: RegExp[]]> = {
  'a scheduler that runs and says nothing': [
    {},
    [
      /^headgate-scheduler runs, and its log says .*: kubectl logs -n headgate deployment\/headgate-scheduler .* prod\/podinfo$/,
    ],
  ],
  'no scheduler': [{ schedulers: [] }, [/^headgate-scheduler is not in this cluster/]],
  'a scheduler without a pod that is ready': [
    { schedulers: [scheduler(0)] },
    [/^headgate-scheduler in namespace headgate has 0 of 2 pods ready: kubectl get pods -n headgate -l app\./],
  ],
  'a scheduler that looks elsewhere': [
    { schedulers: [scheduler(2, 'shop, billing')] },
    [/^headgate-scheduler in namespace headgate looks at shop, billing alone$/],
  ],
  'one that looks here, beside another': [
    { schedulers: [scheduler(2, 'shop'), scheduler(2, 'prod')] },
    [/^headgate-scheduler runs/],
  ],
  'a scheduler that may not be seen': [{ schedulers: 'hidden' }, [/not yours to see: ask who runs Headgate$/]],
  'no Deployment': [{ deployment: undefined }, [/^there is no Deployment podinfo in namespace prod$/]],
  'a Deployment that may not be seen': [{ deployment: 'hidden' }, [/^headgate-scheduler runs/]],
  'a Deployment that is not enrolled': [
    { deployment: deployment('1.0', annotated({ 'headgate.dev/canary': undefined })) },
    [/^Deployment podinfo is not enrolled: its headgate\.dev\/canary must be "true"/],
  ],
  'a Deployment that names another Canary': [
    { deployment: deployment('1.0', annotated({ 'headgate.dev/canary': 'canary/other' })) },
    [/^Deployment podinfo is released by Canary other, which headgate\.dev\/canary names$/],
  ],
  'a Canary that another one was before': [
    { canary: refused },
    [/^Deployment podinfo is not released by this Canary: its Deployment is released by Canary prod\/other/],
  ],
  'settings that cannot be followed': [
    { canary: canary({ phase: 'Progressing', invalid: '1 problem keeps Headgate from releasing' }) },
    [/^its settings cannot be followed: 1 problem keeps/],
  ],
  'two reasons at once': [
    { deployment: undefined, schedulers: [] },
    [/^there is no Deployment/, /^headgate-scheduler is not/],
  ],
  'a Canary that was deleted': [{ canary: undefined }, [/^its Canary cannot be read any more$/]],
};

for (const [what, [surroundings, reasons]] of Object.entries(table)) {
  void t.test(`what keeps a command: ${what}`, async (t) => {
    const found = delayReasons({
      canary: progressing,
      deployment: enrolled,
      schedulers: [scheduler(2)],
      ...surroundings,
    });
    t.equal(found.length, reasons.length, found.join('\n'));
    t.match(found, reasons);
  });
}
