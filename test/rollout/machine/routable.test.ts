import t from 'tap';
import type { Release } from '../../../src/rollout/machine/state.ts';
import type { ObjectChange } from '../../../src/rollout/object-change.ts';
import { canaryService } from '../../../src/rollout/workload/services.ts';
import { VIRTUAL_SERVICES } from '../../../src/traffic/istio/kinds.ts';
import { at, canary, deployment, held, LABEL, release, service, state } from '../../build.ts';
import { after, effects, expect, progressing, route, serving } from './decided.ts';

/** Decided at 10 s; a route takes 3 s to reach every proxy. */
const owner = deployment('2.0', held());
const ready = { deployment: owner, canary: canary('2.0', 1), route: route(0) };
const waitsFor = (routableSince: string | undefined, more: Partial<Release> = {}) =>
  progressing({ ready: 1, ...more, routableSince });
const patchIn = (namespace: string): ObjectChange => ({
  do: 'patch',
  kind: VIRTUAL_SERVICES,
  object: { metadata: { name: 'web', namespace } },
  operations: [],
});
const [elsewhere, beside] = [patchIn('evil'), patchIn(owner.metadata.namespace ?? '')];
const made = canaryService(owner, service(), LABEL);
const other = { ...made, spec: { ...made.spec, ports: [] } };
const madeAt = (creationTimestamp: string) => ({ ...made, metadata: { ...made.metadata, creationTimestamp } });
const wakeOf = (given: Parameters<typeof after>[0], seen: Parameters<typeof after>[1]) => after(given, seen).wakeAt;

expect({
  'a Service that is seen for the first time is noted': [
    after(waitsFor(undefined), ready),
    { phase: 'Progressing', effects: [], facts: [], release: { weight: 0, routableSince: at(10) } },
  ],
  'no weight before every proxy knows it': [
    after(waitsFor(at(8)), ready),
    { phase: 'Progressing', effects: [], facts: [], release: { weight: 0 } },
  ],
  'and then the first': [
    after(waitsFor(at(7)), ready),
    { phase: 'Progressing', effects: ['setRoute'], facts: ['Advanced'], release: { weight: 20 } },
  ],
  'what is marked for it in another namespace holds nothing up, and is put right': [
    after(waitsFor(at(7)), { ...ready, prerequisites: [elsewhere] }),
    { phase: 'Progressing', effects: ['changeTraffic', 'setRoute'], facts: ['Advanced'], release: { weight: 20 } },
  ],
  'what is to be made in its own is made first': [
    after(waitsFor(at(7)), { ...ready, prerequisites: [beside] }),
    { phase: 'Progressing', effects: ['changeTraffic'], release: { weight: 0, routableSince: undefined } },
  ],
  'what is changed starts anew': [
    after(waitsFor(at(0)), { ...ready, canaryService: other }),
    { phase: 'Progressing', effects: ['replaceService'], facts: [], release: { weight: 0, routableSince: undefined } },
  ],
  'also at a weight, which stays': [
    after(waitsFor(at(0), { ...serving, weight: 40, weightSince: undefined }), {
      ...ready,
      canary: canary('2.0', 2),
      route: route(20),
      canaryService: other,
    }),
    { phase: 'Progressing', effects: ['replaceService'], release: { weight: 40, routableSince: undefined } },
  ],
  'a route names what is new no sooner': [
    after(waitsFor(at(8), { ...serving, checkAt: at(20) }), { ...ready, route: { ...route(20), stale: true } }),
    { phase: 'Progressing', effects: [] },
  ],
  'than every proxy knows it': [
    after(waitsFor(at(7), { ...serving, checkAt: at(20) }), { ...ready, route: { ...route(20), stale: true } }),
    { phase: 'Progressing', effects: ['setRoute'] },
  ],
});

t.ok(effects(after(waitsFor(undefined, { outcome: 'failed' }), { ...ready, route: route(20) })).includes('setRoute'));
t.equal(wakeOf(waitsFor(at(8)), ready), Date.parse(at(11)), 'it looks again when they do');

/** What a release begins with that finds the canary's Service there. */
const beginning = (created: string, before?: Partial<Release>) => {
  const given = state('Initialized', before && { release: release('1.0', before) });
  return after(given, { deployment: owner, canaryService: madeAt(created) }).state.release?.routableSince;
};
t.equal(beginning(at(1)), at(1), 'what was made before a release is known since then');
t.equal(beginning(at(1), { routableSince: at(5) }), at(5), 'or since the release before changed it');
t.equal(beginning(at(6), { routableSince: at(5) }), at(6), 'unless it was made again after that');
t.equal(
  after(state('Initialized'), { deployment: owner, canaryService: other }).state.release?.routableSince,
  undefined,
  'one that has to be changed is not known',
);
