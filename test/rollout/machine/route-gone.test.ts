import type { Observation } from '../../../src/rollout/machine/observation.ts';
import { canary, deployment, held, release, spec, state } from '../../build.ts';
import { after, expect, live, progressing, route, serving } from './decided.ts';

const adopted = { ...serving, adopted: true as const };
/** There is no route: the usual observation has one. */
const none = { route: undefined } as unknown as Partial<Observation>;
const gone = { ...live, ...none };
const hosted = spec(({ service }) => service.hosts.push('app.example.com'));
const at = (phase: Parameters<typeof state>[0], more: object = adopted) =>
  state(phase, { release: release('2.0', more) });
const open = { deployment: deployment('2.0'), canary: canary('2.0', 1), ...none };

expect({
  'the weight is given by routes of the user': [
    after(progressing({ ready: 1, replicas: 1 }), { ...live, route: { ...route(0), adopted: true } }),
    { phase: 'Progressing', facts: ['Advanced'], release: { weight: 20, adopted: true } },
  ],
  'the user deletes them while the release is watched: it fails, and none is made': [
    after(progressing(adopted), gone, hosted),
    { phase: 'Finalising', effects: ['writeHold'], facts: ['RouteGone'], release: { outcome: 'failed', weight: 0 } },
  ],
  'while it is paused': [after(at('Paused'), gone), { phase: 'Finalising', facts: ['RouteGone'] }],
  'while it is promoted: it goes on without a weight': [
    after(at('Promoting'), open, hosted),
    { phase: 'Promoting', effects: [], facts: ['RouteGone'], release: { weight: 0 } },
  ],
  'while traffic goes back anyway': [
    after(at('Finalising', { ...adopted, outcome: 'succeeded' }), open, hosted),
    { phase: 'Finalising', facts: [], release: { weight: 0, outcome: 'succeeded' } },
  ],
  'canary pods stay until proxies know': [
    after(at('Finalising', { ...adopted, weight: 0, weightSince: undefined, outcome: 'failed' }), gone),
    { phase: 'Finalising', release: { weightSince: '2030-01-01T00:00:10.000Z' } },
  ],
  'and go after that': [
    after(at('Finalising', { ...adopted, weight: 0, outcome: 'failed' }), {
      ...gone,
      deployment: deployment('2.0', held({ verdict: 'failed', reason: 'x' })),
    }),
    { phase: 'Finalising', effects: ['writeHold', 'scaleCanary'] },
  ],
  'a route that Headgate made is made again': [
    after(progressing(serving), gone, hosted),
    { phase: 'Progressing', effects: ['setRoute'], facts: [] },
  ],
  'when the release is over, the route that was asked for is made': [
    after(at('Failed', { ...adopted, weight: 0, outcome: 'failed' }), gone, hosted),
    { phase: 'Failed', effects: ['writeHold', 'setRoute', 'scaleCanary'] },
  ],
});
