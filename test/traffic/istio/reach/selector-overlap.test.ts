import t from 'tap';
import type { Service } from '../../../../src/rollout/kube.ts';
import { selectorOverlaps } from '../../../../src/traffic/istio/reach/selector-overlap.ts';
import { service } from './build.ts';

const canary = service('app-canary', ['80 http']);
const labels = { app: 'app-canary', tier: 'web' };
const selecting = (selector: Record<string, string>, name = 'app'): Service => service(name, ['80 http'], { selector });

const cases: Record<string, [service: Service, isOverlap: boolean]> = {
  'another value of the label': [selecting({ app: 'app' }), false],
  'a label that both have': [selecting({ tier: 'web' }), true],
  'several labels that it has': [selecting({ tier: 'web', app: 'app-canary' }), true],
  'a label that it has not': [selecting({ tier: 'web', track: 'stable' }), false],
  'no selector': [selecting({}), false],
  'the same in another namespace': [selecting({ tier: 'web' }, 'app.test'), false],
  'the canary’s own Service': [canary, false],
};
for (const [claim, [entry, isOverlap]] of Object.entries(cases)) {
  const found = selectorOverlaps([entry], canary, labels);
  t.same(
    found.map(({ reason }) => reason),
    isOverlap ? ['SelectorOverlap'] : [],
    claim,
  );
}
