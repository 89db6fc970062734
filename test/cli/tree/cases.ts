import type { CanarySnapshot } from '../../../src/cli/tree/snapshot.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import type { CheckResult } from '../../../src/rollout/machine/observation.ts';
import type { Release } from '../../../src/rollout/machine/state.ts';
import { refusedStatus } from '../../../src/rollout/machine/status.ts';
import { takenWords } from '../../../src/rollout/workload/taken-names.ts';
import { canary, type Stored } from '../build.ts';
import {
  canaryDeployment,
  deployment,
  described,
  held,
  pod,
  replicaSet,
  snapshot,
  templateOf,
  V1,
  V2,
  virtualService,
} from './build.ts';

const CHECKS: CheckResult[] = [
  { metric: 'request-success-rate', verdict: 'pass', value: 99.61, min: 99, message: 'request-success-rate 99.61%' },
  { metric: 'request-duration', verdict: 'fail', value: 812, max: 500, message: 'request-duration 812 ms > 500 ms' },
];

/** The Canary of a release of 1.4.1 that runs beside 1.4.0. */
function releasing(phase: Stored['phase'], release: Partial<Release> = {}, stored: Stored = {}): Canary {
  const weighted: Partial<Release> = { revision: V2, weight: 20, ...release };
  const made = canary({ ...(phase && { phase }), routed: 20, stable: V1, release: weighted, ...stored });
  const { status } = made;
  if (status?.stable) status.stable.template = templateOf('1.4.0');
  if (status) status.step = status.phase === 'Succeeded' ? '5/5' : '2/5';
  return { ...made, spec: { targetRef: { name: 'podinfo' }, service: { port: 80 }, analysis: {} } } as Canary;
}

const idle = (): Canary => releasing('Succeeded', { revision: V1 }, { routed: 0 });
const resting = { canaryDeployment: canaryDeployment('1.4.0', { wanted: 0 }), routes: described(virtualService(0)) };
const atRest: Partial<CanarySnapshot> = {
  ...resting,
  deployment: deployment('podinfo', '1.4.0'),
  pods: [pod('podinfo', 'aaa', 'p1'), pod('podinfo', 'aaa', 'p2')],
};

const crashing = pod('podinfo-canary', 'bbb', 'c2', {
  phase: 'Running',
  containerStatuses: [
    {
      name: 'podinfo',
      ready: false,
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container=podinfo' } },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-23T11:59:40Z' } },
    },
  ],
});

const checked = releasing('Progressing', { failedChecks: 1, checks: CHECKS, checkAt: '2026-11-23T12:00:18Z' });
const atWork = snapshot(checked);
const troubled = snapshot(checked, {
  canaryDeployment: canaryDeployment('1.4.1', { wanted: 2, available: 1 }),
  pods: [...atWork.pods, crashing],
});

const noAnswers: CheckResult[] = [
  { metric: 'request-success-rate', verdict: 'inconclusive', min: 99, message: 'request-success-rate has no data' },
  { metric: 'queue', verdict: 'error', min: 1, max: 5, message: 'queue cannot be measured: connect ECONNREFUSED' },
];

const rolling = deployment('podinfo', '1.4.1', { wanted: 2, available: 2 });
const adopted = virtualService(20);
const [first] = adopted.spec.http ?? [];
adopted.spec.http = [
  { ...first, name: 'api' },
  { route: [{ destination: { host: 'podinfo' } }], match: [{ uri: { prefix: '/static' } }] },
];
/** What the scheduler says of it. */
const TAKEN = takenWords([{ kind: 'Deployment', ...deployment('podinfo-canary', '9.9.9') }]);
const since = '2026-11-23T11:55:00Z';
const until = '2026-11-23T12:00:05Z';

/** What is seen, and how wide the terminal is, by what it is about: the name of the file with the tree. */
export const CASES: Record<string, [seen: CanarySnapshot, width?: number]> = {
  'under way': [atWork],
  'a canary that crashes': [troubled],
  'a canary that crashes, on 80 columns': [troubled, 80],
  'a canary that crashes, wide': [{ ...troubled, wide: true }],
  'no checks yet, and a route that follows': [
    snapshot(releasing('Progressing', { checkAt: '2026-11-23T12:00:30Z' }, { routed: 10 })),
  ],
  'a canary that has to get ready': [
    snapshot(releasing('Progressing', { weight: 0, deadline: '2026-11-23T12:00:49Z' }, { routed: 0 }), {
      canaryDeployment: canaryDeployment('1.4.1', { available: 0 }),
      pods: [pod('podinfo-canary', 'bbb', 'c1', { phase: 'Pending' })],
      routes: described(virtualService(0)),
    }),
  ],
  'checks without an answer': [
    snapshot(releasing('Progressing', { checks: noAnswers, inconclusive: 1, errors: 2, checkAt: until })),
  ],
  'hooks and an approval': [
    snapshot(
      releasing('Progressing', {
        weight: 50,
        reason: 'WaitingForApproval',
        message: 'prod/podinfo waits for confirm-promotion at weight 50: hook ask does not pass',
        awaiting: { gate: 'confirm-promotion', since, message: 'hook ask does not pass' },
        calls: [
          { hook: 'smoke', moment: until, by: 'a', until, outcome: 'passed' },
          {
            hook: 'acceptance',
            moment: until,
            by: 'a',
            until,
            outcome: 'failed',
            message: 'answered 500: login fails',
          },
          { hook: 'load', moment: until, by: 'a', until },
        ],
      }),
      { program: 'kubectl headgate' },
    ),
  ],
  'paused by command': [
    snapshot(
      releasing('Paused', { reason: 'Paused', message: 'podinfo.prod is paused at weight 20 by command of alice' }),
    ),
  ],
  'promoted by command': [
    snapshot(releasing('Promoting', { weight: 50, decidedBy: { action: 'promote', at: since, user: 'alice' } })),
  ],
  'paused by suspend': [
    snapshot(releasing('Paused', { reason: 'Suspended', message: 'prod/podinfo is paused at weight 20 by suspend' })),
  ],
  'promoting, with pods of two templates': [
    snapshot(releasing('Promoting', { weight: 50, checks: CHECKS.slice(0, 1) }), {
      deployment: rolling,
      replicaSets: [replicaSet('podinfo', 'aaa', '1.4.0'), replicaSet('podinfo', 'ccc', '1.4.1')],
      pods: [pod('podinfo', 'aaa', 'p1'), pod('podinfo', 'ccc', 'n1'), pod('podinfo-canary', 'bbb', 'c1')],
      routes: described(virtualService(50)),
    }),
  ],
  failed: [
    snapshot(
      releasing(
        'Failed',
        {
          weight: 0,
          failedChecks: 5,
          checks: CHECKS,
          reason: 'ThresholdReached',
          message: 'failed 5 checks, the last: request-duration 812 ms > 500 ms',
        },
        { routed: 0 },
      ),
      { ...atRest, deployment: kept(), canaryDeployment: canaryDeployment('1.4.1', { wanted: 0 }) },
    ),
  ],
  'nothing under way': [snapshot(idle(), atRest)],
  'never released by canary': [
    snapshot(releasing('Initialized', {}, { release: undefined, routed: 0 }), {
      ...atRest,
      canaryDeployment: undefined,
    }),
  ],
  'settings that cannot be followed': [
    snapshot(
      releasing(
        'Initialized',
        {},
        { release: undefined, routed: 0, invalid: '2 problems:\n- spec.service.port: is missing\n- a: b' },
      ),
      atRest,
    ),
  ],
  'somebody else has the name of the canary': [
    snapshot(releasing('Waiting', { weight: 0, reason: 'NameTaken', message: TAKEN }, { routed: 0 }), {
      ...atRest,
      deployment: held(),
      canaryDeployment: deployment('podinfo-canary', '9.9.9'),
    }),
  ],
  'nobody has looked at it': [
    snapshot(releasing(undefined), { ...atRest, routes: described(), canaryDeployment: undefined }),
  ],
  'not enrolled': [
    snapshot(
      {
        ...releasing(undefined),
        status: refusedStatus({
          before: undefined,
          generation: 1,
          reason: 'TargetTaken',
          message: 'Deployment podinfo is released by Canary other, which is older',
          at: since,
        }),
      },
      { ...atRest, canaryDeployment: undefined },
    ),
  ],
  'what is missing': [
    snapshot(checked, { deployment: undefined, canaryDeployment: undefined, routes: described(), pods: [] }),
  ],
  'an adopted route with several HTTP routes': [snapshot(checked, { routes: described(adopted) })],
  'a right to Canaries alone': [
    snapshot(checked, {
      deployment: undefined,
      canaryDeployment: undefined,
      routes: [],
      replicaSets: [],
      pods: [],
      hidden: new Set(['deployments', 'virtualservices']),
    }),
  ],
  'no right to pods': [snapshot(checked, { replicaSets: [], pods: [], hidden: new Set(['replicasets', 'pods']) })],
  'notices that were not delivered': [
    snapshot({
      ...checked,
      status: {
        ...checked.status,
        outbox: [
          {
            id: '1',
            at: since,
            reason: 'Advanced',
            severity: 'info',
            message: '',
            phase: 'Progressing',
            weight: 20,
            to: ['alert/slack', 'hook/audit'],
          },
          {
            id: '2',
            at: since,
            reason: 'Advanced',
            severity: 'info',
            message: '',
            phase: 'Progressing',
            weight: 30,
            to: ['alert/slack'],
          },
        ],
      },
    }),
  ],
};

/** With the verdict on its hold. */
function kept() {
  const { metadata, ...rest } = held();
  const hold = JSON.stringify({ revision: V2, by: 'alice', verdict: 'failed', reason: 'failed 5 checks' });
  return { ...rest, metadata: { ...metadata, annotations: { 'headgate.dev/held': hold } } };
}
