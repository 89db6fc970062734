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

const plans: Record<string, [weights: number[], strategy: string | undefined, plan: number[]]> = {
  'a rolling update follows the plan': [[10, 50], 'RollingUpdate', [10, 50]],
  'so does a Deployment that does not say': [[10, 50], undefined, [10, 50]],
  'Recreate takes all traffic in the end': [[10, 50], 'Recreate', [10, 50, 100]],
  once: [[50, 100], 'Recreate', [50, 100]],
  'also without a plan': [[], 'Recreate', [100]],
};
for (const [claim, [weights, strategy, plan]] of Object.entries(plans))
  t.same(weightPlan(weights, strategy), plan, claim);
