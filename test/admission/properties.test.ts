import fc from 'fast-check';
import t from 'tap';
import { CANARY, ENROLLED, HELD, ROLLING } from '../../src/rollout/keys.ts';
import type { Deployment } from '../../src/rollout/kube.ts';
import { pinsTextOf, withPins } from '../../src/rollout/pins/pins.ts';
import { readBypass } from '../../src/rollout/workload/bypass.ts';
import { readHold } from '../../src/rollout/workload/hold.ts';
import { canonical, revisionOf, sameRevision } from '../../src/rollout/workload/template.ts';
import {
  annotate,
  annotateTemplate,
  ask,
  edit,
  holdOf,
  image,
  label,
  NOW,
  pause,
  restart,
  type Stored,
  stored,
} from './build.ts';

const V = ['podinfo:1.4.0', 'podinfo:1.4.1', 'podinfo:1.5.0'] as const;
const version = fc.constantFrom(...V);
const hold = fc.record(
  { userPaused: fc.constant(true as const), verdict: fc.constant('failed' as const), reason: fc.constant('slow') },
  { requiredKeys: [] },
);
const bypass = fc.constantFrom(undefined, 'incident 1', 'incident 2', 'x until=2020-01-01T00:00:00Z');
/** What stands beside a bypass, also what somebody made up. */
const beside = fc.record(
  {
    'headgate.dev/bypass-by': fc.constantFrom('jane', 'alice'),
    'headgate.dev/bypass-at': fc
      .constantFrom(-3_600_000, -60_000, 0, 3_600_000)
      .map((later) => new Date(NOW + later).toISOString()),
    'headgate.dev/bypass-spent': fc.constantFrom('incident 1', 'incident 2\nincident 1', ''),
  },
  { requiredKeys: [] },
);
const held = fc.option(
  fc.oneof(
    fc.tuple(version, hold).map(([name, more]) => holdOf(name, more)),
    fc.constantFrom('{', 'null', '{"revision":""}'),
  ),
  { nil: undefined },
);
const rolling = fc.option(fc.constant({ from: revisionOf(stored().spec.template), to: 'b' }), { nil: undefined });
const status = fc.record({
  observedGeneration: fc.constantFrom(3, 4),
  replicas: fc.constantFrom(0, 6, 7),
  updatedReplicas: fc.constantFrom(0, 2, 6),
  conditions: fc.constantFrom([], [{ type: 'Progressing', status: 'False' as const }]),
});
const optIn = fc.constantFrom(undefined, 'true', 'canary/web');
const defined = (fields: object): Stored =>
  Object.fromEntries(Object.entries(fields).filter(([key, value]) => value !== undefined || key === 'optIn'));

const old: fc.Arbitrary<Deployment> = fc
  .record({ image: version, held, rolling, status, optIn, paused: fc.boolean(), bypass, beside })
  .map(({ bypass: text, beside: stamp, ...fields }) =>
    stored(
      defined({
        ...fields,
        // A hold without a pause cannot be stored: the policy sees to it.
        paused: fields.paused || (fields.optIn !== undefined && fields.held !== undefined),
        annotations: { ...(text !== undefined && { 'headgate.dev/bypass': text }), ...stamp },
      }),
    ),
  );

const change: fc.Arbitrary<(object: Deployment) => void> = fc.oneof(
  version.map(image),
  fc.constant(restart),
  fc.constantFrom(undefined, true, false).map(pause),
  fc.constantFrom(undefined, 'x', '1').map((value) => annotateTemplate({ 'headgate.dev/config': value })),
  fc.constantFrom(undefined, 'true', 'canary/web').map((value) => annotate({ [CANARY]: value })),
  bypass.map((value) => annotate({ 'headgate.dev/bypass': value })),
  beside.map(annotate),
  fc.constantFrom(undefined, '30s', 'soon').map((value) => annotate({ 'headgate.dev/interval': value })),
  fc.constantFrom(undefined, '{}', '{"from":"x","to":"y"}').map((value) => annotate({ [ROLLING]: value })),
  fc.constantFrom(undefined, 'true', 'no').map((value) => label({ [ENROLLED]: value })),
  fc.constantFrom(undefined, '{', JSON.stringify(holdOf(V[1]))).map((value) => annotate({ [HELD]: value })),
);
const request = fc.tuple(old, fc.array(change, { maxLength: 4 })).map(([before, changes]) => ({
  before,
  object: edit(before, ...changes),
}));

const optedIn = ({ metadata }: Deployment): boolean => metadata.annotations?.[CANARY] !== undefined;
const check = <T>(property: fc.IPropertyWithHooks<T>): void => fc.assert(property, { numRuns: 3_000 });
const stateOf = ({ metadata, spec }: Deployment): string =>
  canonical([metadata.annotations, metadata.labels, spec.paused, spec.template]);

t.test('an answer applied and asked again changes nothing more', async () => {
  check(
    fc.property(request, ({ before, object }) => {
      const first = ask(before, object);
      if (first.admission.kind === 'deny') return;
      const second = ask(before, first.after);
      if (second.admission.kind === 'deny') throw new Error(`then refused: ${second.admission.message}`);
      if (second.admission.patch.length > 0) throw new Error(JSON.stringify(second.admission.patch));
    }),
  );
});

t.test('a template that another webhook changes in between is judged as if it had been sent so', async () => {
  check(
    fc.property(request, version, ({ before, object }, pinned) => {
      const direct = ask(before, edit(object, image(pinned)));
      const first = ask(before, object);
      // Only where both requests change the template, and not its pins alone, which are put back: what comes along with one is judged by that.
      const settled = [object, edit(object, image(pinned))].every(
        ({ spec }) => !sameRevision(withPins(spec.template, pinsTextOf(before.spec.template)), before.spec.template),
      );
      if (!settled || first.admission.kind === 'deny' || direct.admission.kind === 'deny') return;
      const again = ask(before, edit(first.after, image(pinned)));
      if (again.admission.kind === 'deny') throw new Error(again.admission.message);
      if (stateOf(again.after) !== stateOf(direct.after))
        throw new Error(`${stateOf(again.after)}\n${stateOf(direct.after)}`);
    }),
  );
});

t.test('what is stored, applied again, stays as it is', async () => {
  check(
    fc.property(request, ({ before, object }) => {
      const first = ask(before, object);
      if (first.admission.kind === 'deny') return;
      const second = ask(first.after, first.after);
      if (second.admission.kind === 'deny') throw new Error(second.admission.message);
      if (stateOf(second.after) !== stateOf(first.after) && optedIn(first.after))
        throw new Error(`${stateOf(second.after)}\n${stateOf(first.after)}`);
    }),
  );
});

t.test('no template of an enrolled Deployment changes without hold, restart or bypass', async () => {
  check(
    fc.property(request, ({ before, object }) => {
      const { admission, after } = ask(before, object);
      if (admission.kind === 'deny' || !optedIn(after) || admission.decision === 'bypass') return;
      if (sameRevision(before.spec.template, after.spec.template)) return;
      const hold = readHold(after);
      if (hold.state !== 'held' || after.spec.paused !== true) throw new Error(admission.decision);
      if (hold.hold.revision !== revisionOf(after.spec.template)) throw new Error('held another revision');
    }),
  );
});

t.test('nobody but the scheduler opens a gate, unless a bypass stands on old and new', async () => {
  check(
    fc.property(request, ({ before, object }) => {
      if (!optedIn(before) || before.metadata.annotations?.[HELD] === undefined) return;
      const { admission, after } = ask(before, object);
      if (admission.kind === 'deny' || after.metadata.annotations?.[HELD] !== undefined) return;
      const text = before.metadata.annotations['headgate.dev/bypass'];
      if (text === undefined || text !== object.metadata.annotations?.['headgate.dev/bypass'])
        throw new Error('opened');
      if (admission.decision !== 'bypass') throw new Error(admission.decision);
    }),
  );
});

t.test('nothing ships by a bypass that is spent, has no time, or is over', async () => {
  check(
    fc.property(request, ({ before, object }) => {
      const { admission } = ask(before, object);
      if (admission.kind === 'deny' || admission.decision !== 'bypass') return;
      const standing = readBypass(before, NOW);
      if (standing.is !== 'inForce') throw new Error(standing.is);
    }),
  );
});

t.test('what comes out of an admission is either enrolled and labelled, or neither', async () => {
  check(
    fc.property(request, ({ before, object }) => {
      if (!optedIn(before) && !optedIn(object)) return;
      const { admission, after } = ask(before, object);
      if (admission.kind === 'deny') return;
      if (optedIn(after) !== (after.metadata.labels?.[ENROLLED] === 'true')) throw new Error('label');
      if (!optedIn(after) && after.metadata.annotations?.[HELD] !== undefined) throw new Error('held');
    }),
  );
});
