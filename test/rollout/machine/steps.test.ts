import t from 'tap';
import { canarySize, weightPlan } from '../../../src/rollout/machine/steps.ts';

const sizes: Record<string, [replicas: number, weight: number, size: number]> = {
  'a small weight still needs a pod': [10, 1, 1],
  'a share is rounded up': [10, 25, 3],
  'an exact share is not': [10, 30, 3],
  'all traffic needs all pods': [10, 100, 10],
  'one pod carries whatever one pod carried': [1, 50, 1],
  'weight 0 needs a pod to get ready': [10, 0, 1],
  'nothing is as big as nothing': [0, 50, 0],
};
for (const [claim, [replicas, weight, size]] of Object.entries(sizes)) {
  t.equal(canarySize(replicas, weight), size, claim);
}

const plans: Record<string, [weights: number[], stopsPodsFirst: boolean, plan: number[]]> = {
  'where pods are replaced one by one, the plan is followed': [[10, 50], false, [10, 50]],
  'where all are stopped first, the canary takes all traffic in the end': [[10, 50], true, [10, 50, 100]],
  once: [[50, 100], true, [50, 100]],
  'also without a plan': [[], true, [100]],
};
for (const [claim, [weights, stopsPodsFirst, plan]] of Object.entries(plans))
  t.same(weightPlan(weights, stopsPodsFirst), plan, claim);
