import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { REASONS } from '../../src/rollout/machine/facts.ts';
import { PHASES } from '../../src/rollout/machine/state.ts';
import { HOOK_TYPES } from '../../src/rollout/spec/schema/hook-types.ts';
import { TRAFFIC_REASONS } from '../../src/rollout/workload/traffic-obstacle.ts';

/** Whatever a release can come to is played in one of the scenarios. */
interface Scenario {
  given?: { hooks?: Record<string, string> };
  trace: string;
}

const scenarios = globSync('*.yaml', { cwd: import.meta.dirname }).map(
  (file) => parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as Scenario,
);
const traces = scenarios.map(({ trace }) => trace).join('\n');
const found = (pattern: RegExp): Set<string> => new Set([...traces.matchAll(pattern)].map(([, word = '']) => word));

void t.test('every phase is entered', async (t) => {
  const entered = found(/^[\d.]+ +(\w+) \* /gm);
  t.same(
    PHASES.filter((phase) => !entered.has(phase)),
    [],
  );
});

void t.test('every reason is told, but for those that are not told by a decision', async (t) => {
  const told = found(/^ +! (\w+): /gm);
  const others = new Set<string>(TRAFFIC_REASONS);
  t.ok(
    TRAFFIC_REASONS.some((reason) => told.has(reason)),
    'an obstacle in the way of traffic is told; the tests of services and providers have each of them',
  );
  t.same(
    Object.keys(REASONS).filter((reason) => !told.has(reason) && !others.has(reason)),
    ['RecordRefused', 'InvalidSpec', 'NotificationFailed'],
  );
});

void t.test('every type of hook is asked, but for events, which are notices', async (t) => {
  const asked = new Set(scenarios.flatMap(({ given }) => Object.values(given?.hooks ?? {})));
  t.same(
    HOOK_TYPES.filter((type) => !asked.has(type)),
    ['event'],
  );
});
