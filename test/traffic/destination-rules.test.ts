import t from 'tap';
import { ROLE } from '../../src/rollout/keys.ts';
import type { DestinationRule } from '../../src/rollout/kube.ts';
import { usersRules } from '../../src/traffic/destination-rules.ts';
import { deployment, rule } from '../build.ts';

const named = (name: string, host: string, born = '2030-01-01T00:00:00Z', labels = {}): DestinationRule =>
  rule(host, ({ metadata }) => Object.assign(metadata, { name, creationTimestamp: born, labels }));

const cases: Record<string, [rules: DestinationRule[], stable: string | undefined, canary: string | undefined]> = {
  'there are none': [[], undefined, undefined],
  'by its host, whatever its name': [[named('mine', 'podinfo')], 'mine', undefined],
  'by the full name of its host': [[named('mine', 'podinfo.prod.svc.cluster.local')], 'mine', undefined],
  'the canary’s': [[named('mine', 'podinfo-canary.prod')], undefined, 'mine'],
  'not one of the name for another host': [[named('podinfo', 'redis')], undefined, undefined],
  'not one for the host of that name elsewhere': [[named('podinfo', 'podinfo.test.svc')], undefined, undefined],
  'not Headgate’s own': [
    [named('podinfo', 'podinfo', undefined, { [ROLE]: 'destination-rule' })],
    undefined,
    undefined,
  ],
  'the oldest of several': [
    [named('b', 'podinfo', '2030-01-02T00:00:00Z'), named('c', 'podinfo.prod', '2030-01-01T00:00:00Z')],
    'c',
    undefined,
  ],
};

for (const [claim, [rules, stable, canary]] of Object.entries(cases)) {
  const found = usersRules(rules, deployment());
  t.same([found.stable?.metadata.name, found.canary?.metadata.name], [stable, canary], claim);
}
