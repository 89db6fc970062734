import t from 'tap';
import { MAX_USER } from '../../src/rollout/user-name.ts';
import { annotate, approved, ask, edit, image, NOW, stored } from './build.ts';
import { ARMED, admitted, armed, BYPASS, heldV2, optIn, optOut, plain, type Row, V2 } from './rows.ts';

const [BY, AT, SPENT] = ['headgate.dev/bypass-by', 'headgate.dev/bypass-at', 'headgate.dev/bypass-spent'] as const;
const now = new Date(NOW).toISOString();
const spent = { [SPENT]: 'incident 1\nincident 42' };
const held = (by = 'jane'): Pick<Row, 'held' | 'paused' | 'queueKey' | 'decision'> => ({
  decision: 'hold',
  held: JSON.stringify({ revision: approved(ask(stored(), edit(stored(), image(V2)))).revision, by }),
  paused: true,
  queueKey: 'prod/podinfo',
});

const rows: Record<string, Row> = {
  'a new bypass gets its user and its time': {
    old: {},
    changes: [annotate(BYPASS)],
    decision: 'pass',
    warnings: [/until 2026-11-23T12:15:00Z, changes/],
    notes: { [BY]: 'jane', [AT]: now, [SPENT]: undefined },
  },
  'an until that is too late is cut': {
    old: {},
    changes: [annotate({ 'headgate.dev/bypass': 'x until=2026-11-24T12:00:00Z' })],
    decision: 'pass',
    warnings: [/until 2026-11-23T12:15:00Z \(cut to 15 minutes\)/],
  },
  'an earlier one counts': {
    old: {},
    changes: [annotate({ 'headgate.dev/bypass': 'x until=2026-11-23T12:00:05Z' })],
    decision: 'pass',
    warnings: [/until 2026-11-23T12:00:05Z, changes/],
  },
  'one that is over already is told of': {
    old: {},
    changes: [annotate({ 'headgate.dev/bypass': 'x until=2026-11-23T11:59:00Z' })],
    decision: 'pass',
    warnings: [/has expired/],
  },
  'the same bypass keeps its stamp, whoever applies it': {
    old: { annotations: ARMED },
    changes: [annotate({ ...BYPASS, 'example.com/x': '1' })],
    decision: 'pass',
    notes: { [BY]: 'alice', [AT]: ARMED[AT] },
  },
  'another text gets another stamp': {
    old: { annotations: ARMED },
    changes: [annotate({ 'headgate.dev/bypass': 'incident 43' })],
    decision: 'pass',
    warnings: [/from the next request on/],
    notes: { [BY]: 'jane', [AT]: now },
  },
  'a stamp of another user, or of another time, is not taken': {
    old: {},
    changes: [annotate({ ...BYPASS, [BY]: 'alice', [AT]: '2099-01-01T00:00:00.000Z' })],
    decision: 'pass',
    warnings: [/from the next request on/],
    notes: { [BY]: 'jane', [AT]: now },
  },
  'nor is one’s own of another time': {
    old: {},
    changes: [annotate({ ...BYPASS, [BY]: 'jane', [AT]: new Date(NOW + 60_000).toISOString() })],
    decision: 'pass',
    warnings: [/from the next request on/],
    notes: { [BY]: 'jane', [AT]: now },
  },
  'a stamp that is changed or dropped is put back': {
    old: { annotations: ARMED },
    changes: [annotate({ [BY]: 'bob', [AT]: undefined })],
    decision: 'pass',
    warnings: [/headgate.dev\/bypass-by, headgate.dev\/bypass-at are Headgate's own and were put back/],
    notes: { [BY]: 'alice', [AT]: ARMED[AT] },
  },
  'without its bypass it goes': {
    old: { annotations: ARMED },
    changes: [annotate({ 'headgate.dev/bypass': undefined })],
    decision: 'pass',
    notes: { [BY]: undefined, [AT]: undefined },
  },
  'a text that was removed before is stored, without a stamp, and says that it does not count': {
    old: { annotations: spent },
    changes: [annotate(BYPASS)],
    decision: 'pass',
    warnings: [/headgate.dev\/bypass does not count: Headgate has removed one of this text before/],
    notes: { ...BYPASS, ...spent, [BY]: undefined, [AT]: undefined },
  },
  'a change under it is held': {
    old: { annotations: { ...spent, ...BYPASS } },
    changes: [image(V2)],
    ...held(),
    warnings: [/is held/, /does not count: Headgate has removed one of this text/],
    notes: { ...BYPASS, ...spent },
  },
  'also where somebody wrote it a stamp': {
    old: { annotations: { ...spent, ...ARMED } },
    changes: [image(V2)],
    ...held(),
    warnings: [/is held/, /does not count/, /bypass-by, headgate.dev\/bypass-at are Headgate's own/],
  },
  'what does not count again cannot be made to': {
    old: { annotations: spent },
    changes: [annotate({ [SPENT]: undefined })],
    decision: 'pass',
    warnings: [/headgate.dev\/bypass-spent is Headgate's own and was put back/],
    notes: spent,
  },
  'after a quarter of an hour a change is held': {
    old: { annotations: armed('incident 42', NOW - 15 * 60_000) },
    changes: [image(V2)],
    ...held(),
    warnings: [/is held/, /has expired/],
  },
  'until then it ships': {
    old: { annotations: armed('incident 42', NOW - 15 * 60_000 + 1) },
    changes: [image(V2)],
    decision: 'bypass',
    warnings: [/ships without analysis/],
    queueKey: 'prod/podinfo',
  },
  'one that was written past the webhook does not count for it': {
    old: { annotations: BYPASS },
    changes: [image(V2)],
    ...held(),
    warnings: [/is held/, /was written past the webhook and does not count yet/],
    notes: { ...BYPASS, [BY]: undefined, [AT]: undefined },
  },
  'nor does who makes the next edit become its author': {
    old: { annotations: BYPASS },
    changes: [annotate({ 'headgate.dev/interval': '30s' })],
    decision: 'settings',
    queueKey: 'prod/podinfo',
    notes: { [BY]: undefined, [AT]: undefined },
  },
  'the scheduler gives it its time, and then it counts': {
    old: { annotations: { ...BYPASS, [AT]: now } },
    changes: [image(V2)],
    decision: 'bypass',
    warnings: [/ships without analysis/],
    queueKey: 'prod/podinfo',
  },
  'one that names no time where it should does not count': {
    old: { annotations: armed('x until=noon') },
    changes: [image(V2)],
    ...held(),
    warnings: [/is held/, /says no reason, or until no time/],
  },
  'one that is there when a Deployment is enrolled never counts, whatever stamp it brings': {
    old: { ...plain, annotations: ARMED },
    changes: [optIn],
    decision: 'opt-in',
    warnings: [/was there before headgate.dev\/canary, and does not count/, /is enrolled/, /the Service whose traffic/],
    queueKey: 'prod/podinfo',
    notes: { ...BYPASS, [BY]: undefined, [AT]: undefined, [SPENT]: 'incident 42' },
  },
  'whoever leaves keeps no state': {
    old: { annotations: { ...ARMED, ...spent } },
    changes: [optOut],
    decision: 'opt-out',
    enrolled: false,
    queueKey: 'prod/podinfo',
    notes: { ...BYPASS, [BY]: undefined, [AT]: undefined, [SPENT]: undefined },
  },
  'an undo brings back neither an old bypass nor an older memory of what is spent': {
    old: { annotations: spent },
    changes: [image(V2), annotate({ ...armed('incident 7'), [SPENT]: undefined })],
    ...held(),
    warnings: [/is held/, /does not count in the request that brings it/, /bypass-spent is Headgate's own/],
    notes: { 'headgate.dev/bypass': undefined, [BY]: undefined, [AT]: undefined, ...spent },
  },
  'an undo while a bypass is in force keeps its stamp': {
    old: { ...heldV2, annotations: ARMED },
    changes: [image('podinfo:1.3.9'), annotate({ ...armed('incident 42', NOW - 86_400_000), [BY]: 'bob' })],
    decision: 'bypass',
    warnings: [/ships without analysis/, /bypass-by, headgate.dev\/bypass-at are Headgate's own/],
    queueKey: 'prod/podinfo',
    notes: { [BY]: 'alice', [AT]: ARMED[AT] },
  },
};

t.test('who wrote a bypass, when, and what does not count again', (t) => admitted(t, rows));

t.test('a later round of the same request keeps the stamp of the first', async (t) => {
  const object = edit(stored(), annotate(BYPASS));
  const first = approved(ask(stored(), object));
  const later = approved(ask(stored(), first.after, 'jane', NOW + 3_000));
  t.same(later.patch, []);
});

t.test('a new Deployment brings no bypass that counts, and none of its state', async (t) => {
  const { status: _, ...fresh } = stored({ annotations: { ...ARMED, [SPENT]: 'incident 1' } });
  const answer = approved(ask(undefined, fresh as ReturnType<typeof stored>));
  t.match(answer.after.metadata.annotations, { ...BYPASS, [SPENT]: 'incident 42\nincident 1' });
  t.notOk(answer.after.metadata.annotations?.[BY] ?? answer.after.metadata.annotations?.[AT]);
  t.match(answer.warnings, [/was there before headgate.dev\/canary, and does not count/]);
  t.same(approved(ask(undefined, answer.after)).patch, [], 'and asked again it changes nothing more');
});

t.test('a name has a bounded length, in a stamp and in a hold', async (t) => {
  const user = '\u{1F600}'.repeat(5_000);
  const stamped = approved(ask(stored(), edit(stored(), annotate(BYPASS)), user));
  t.equal(stamped.after.metadata.annotations?.[BY], '\u{1F600}'.repeat(MAX_USER));
  const { after } = approved(ask(stored(), edit(stored(), image(V2)), user));
  t.match(after.metadata.annotations?.['headgate.dev/held'], new RegExp(`"by":"(\u{1F600}){${MAX_USER}}"`, 'u'));
});
