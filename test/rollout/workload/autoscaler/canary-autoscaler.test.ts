import t from 'tap';
import {
  boundsPatch,
  canaryAutoscaler,
  isGenerated,
  mostReplicas,
  otherTarget,
} from '../../../../src/rollout/workload/autoscaler/canary-autoscaler.ts';
import type { HorizontalPodAutoscaler } from '../../../../src/rollout/workload/autoscaler/horizontal.ts';
import type { ScaledObject } from '../../../../src/rollout/workload/autoscaler/scaled-object.ts';
import { canary, deployment } from '../../../build.ts';

const turned = { spec: { metrics: [{ type: 'Resource' }] }, isUsable: true, left: [] };
const CANARY = canary('2.0', 1);
const hpa = { kind: 'HorizontalPodAutoscaler' } as const;

const horizontal = (scaleTargetRef: HorizontalPodAutoscaler['spec']['scaleTargetRef']): HorizontalPodAutoscaler => ({
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'podinfo' },
  spec: { scaleTargetRef, maxReplicas: 7 },
});
const scaledObject = (spec: Partial<ScaledObject['spec']>): ScaledObject => ({
  kind: 'ScaledObject',
  metadata: { name: 'podinfo' },
  spec: { scaleTargetRef: { name: 'podinfo' }, triggers: [], ...spec },
});

t.test('the canary’s is about the canary, in its bounds, and goes with it', async (t) => {
  const made = canaryAutoscaler(hpa, turned, { canary: CANARY, bounds: { min: 2, max: 5 } });
  t.match(made, { apiVersion: 'autoscaling/v2', metadata: { name: 'podinfo-canary', namespace: 'prod' } });
  t.match(made.metadata.ownerReferences, [{ kind: 'Deployment', name: 'podinfo-canary', uid: 'uid-canary' }]);
  t.strictSame(made.spec, {
    metrics: [{ type: 'Resource' }],
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo-canary' },
    ...{ minReplicas: 2, maxReplicas: 5 },
  });
  t.ok(isGenerated(made));
  t.notOk(isGenerated(horizontal({ kind: 'Deployment', name: 'podinfo' })));
});

t.test('a ScaledObject has its bounds under other names', async (t) => {
  const made = canaryAutoscaler({ kind: 'ScaledObject' }, turned, { canary: CANARY, bounds: { min: 1, max: 3 } });
  t.match(made, { apiVersion: 'keda.sh/v1alpha1', spec: { minReplicaCount: 1, maxReplicaCount: 3 } });
});

t.test('whom it scales', async (t) => {
  const own = deployment();
  t.equal(otherTarget(horizontal({ kind: 'Deployment', name: 'podinfo' }), own), undefined);
  t.equal(otherTarget(horizontal({ kind: 'Deployment', name: 'cache' }), own), 'Deployment cache');
  t.equal(otherTarget(horizontal({ kind: 'StatefulSet', name: 'podinfo' }), own), 'StatefulSet podinfo');
  t.equal(otherTarget(scaledObject({}), own), undefined, 'a Deployment, where it does not say');
});

t.test('how many pods it lets there be', async (t) => {
  t.equal(mostReplicas(horizontal({ kind: 'Deployment', name: 'podinfo' })), 7);
  t.equal(mostReplicas(scaledObject({ maxReplicaCount: 4 })), 4);
  t.equal(mostReplicas(scaledObject({})), 100);
});

t.test('other bounds are written over those that were seen', async (t) => {
  const at = (min: number, max: number) => canaryAutoscaler(hpa, turned, { canary: CANARY, bounds: { min, max } });
  const present = { ...at(1, 3), metadata: { ...at(1, 3).metadata, uid: 'u', resourceVersion: '9' } };
  t.same(boundsPatch(hpa, present, at(1, 3)), []);
  const [uid, min, max, spec] = boundsPatch(hpa, present, at(2, 5));
  t.same(uid, { op: 'test', path: '/metadata/uid', value: 'u' });
  t.same(
    [min, max],
    [
      { op: 'test', path: '/spec/minReplicas', value: 1 },
      { op: 'test', path: '/spec/maxReplicas', value: 3 },
    ],
  );
  t.match(spec, { op: 'replace', path: '/spec', value: { minReplicas: 2, maxReplicas: 5 } });
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' };
  const astray = { ...present, spec: { ...present.spec, scaleTargetRef } };
  t.match(boundsPatch(hpa, astray, at(1, 3)).at(-1)?.value, { scaleTargetRef: { name: 'podinfo-canary' } });
});
