import t from 'tap';
import { rulesOf } from '../../../../src/traffic/istio/reach/rules.ts';
import { given, to, virtualService } from './build.ts';

/** What part of a rule's traffic a destination has: A10. */
const cases: Record<string, [destinations: string[], shares: number[]]> = {
  'a sole destination has all': [['app'], [1]],
  'whatever its weight is': [['app@0'], [1]],
  'several have their weights': [
    ['app@90', 'app-canary@10'],
    [0.9, 0.1],
  ],
  'out of all weights, whose sum need not be 100': [
    ['app@3', 'app-canary@1'],
    [0.75, 0.25],
  ],
  'no weight is zero': [
    ['app@7', 'app-canary'],
    [1, 0],
  ],
  'nothing of nothing': [
    ['app@0', 'app-canary@0'],
    [0, 0],
  ],
};
for (const [claim, [destinations, shares]] of Object.entries(cases)) {
  const route = virtualService({ http: [to(...destinations)] });
  const [rule] = rulesOf(route, given({ route }).objects);
  t.same(
    rule?.destinations.map(({ share }) => share),
    shares,
    claim,
  );
}
