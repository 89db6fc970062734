import t from 'tap';
import { BYPASS, HELD } from '../../../src/rollout/keys.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { hasWork, type Standing } from '../../../src/scheduler/queue/has-work.ts';
import { deployment, START } from '../../build.ts';

const record = (phase: string | undefined, service?: unknown, more: object = {}): Canary =>
  ({
    metadata: { name: 'podinfo', namespace: 'prod' },
    spec: { service },
    status: { ...(phase !== undefined && { phase }), ...more },
  }) as unknown as Canary;

const annotated = (key: string) => deployment('1.0', ({ metadata }) => void (metadata.annotations = { [key]: 'x' }));
const idle = record('Succeeded');
const routed = { hosts: ['app.example.com'], gateways: ['public'] };

const TABLE: Record<string, [Partial<Standing>, boolean]> = {
  'one that is idle': [{}, false],
  'one without a record': [{ records: [] }, true],
  'one whose record says nothing yet': [{ records: [record(undefined)] }, true],
  'one whose release is under way': [{ records: [record('Progressing')] }, true],
  'one that failed': [{ records: [record('Failed')] }, false],
  'notices that wait': [{ records: [record('Succeeded', undefined, { outbox: [] })] }, true],
  'a revision that is held': [{ deployment: annotated(HELD) }, true],
  'a bypass': [{ deployment: annotated(BYPASS) }, true],
  'a route that is there': [{ records: [record('Initialized', routed)] }, false],
  'a route that is still to be made': [{ records: [record('Initialized', routed)], hasRoute: false }, true],
  'one that is for a gateway': [{ records: [record('Initialized', { gateways: ['public'] })], hasRoute: false }, true],
  "a user's, by its name": [{ records: [record('Initialized', { routes: ['web'] })], hasRoute: false }, true],
  'no route that anybody asks for': [
    { records: [record('Initialized', { port: 80, hosts: [] })], hasRoute: false },
    false,
  ],
  'a spec of no known shape': [{ records: [record('Initialized', 'x')], hasRoute: false }, false],
};

for (const [what, [given, isWork]] of Object.entries(TABLE)) {
  const standing: Standing = { deployment: deployment(), records: [idle], hasRoute: true, ...given };
  t.equal(hasWork(standing, START), isWork, what);
}
