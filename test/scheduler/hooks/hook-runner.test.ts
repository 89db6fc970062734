import t, { type Test } from 'tap';
import type { HookSubject } from '../../../src/hooks/payload.ts';
import type { WantedCall, WantedPoll } from '../../../src/rollout/machine/calls.ts';
import type { Hook } from '../../../src/rollout/spec/spec-types.ts';
import { HookRunner } from '../../../src/scheduler/hooks/hook-runner.ts';
import { type Answering, callerHere, receiver, until } from '../../hooks/receiver.ts';

const KEY = 'demo/podinfo';
const subject: HookSubject = { name: 'podinfo', namespace: 'demo', phase: 'Progressing', revision: 'r1' };

/** A runner that calls a real server; `ticks` are the keys that it reported answers for. */
async function runnerOf(t: Test, answering: Answering) {
  const hook = await receiver(t, answering);
  const ticks: string[] = [];
  const time = { now: 1_000_000 };
  /** What a look does besides being counted. */
  const looks = { do: (_key: string): unknown => undefined };
  const look = async (key: string) => {
    ticks.push(key);
    return looks.do(key);
  };
  const runner = new HookRunner({ caller: callerHere(), look, clock: () => time.now });
  t.teardown(() => runner.stop());
  const hookAt = (more: Partial<Hook> = {}): Hook => ({
    name: 'load',
    type: 'rollout',
    url: hook.url,
    timeoutMs: 20_000,
    retries: 0,
    metadata: { type: 'cmd' },
    muteAlert: false,
    ...more,
  });
  const call = (id: string, more?: Partial<Hook>): WantedCall => ({ id, hook: hookAt(more), until: time.now + 30_000 });
  const poll = (id: string, more?: Partial<Hook>): WantedPoll => ({ id, hook: hookAt(more), everyMs: 1_000 });
  const want = (calls: WantedCall[], polls: WantedPoll[] = [], about: Partial<HookSubject> = {}) =>
    runner.setWanted(KEY, { ...subject, ...about }, calls, polls);
  const answers = () => runner.answersFor(KEY).map(({ id, outcome, message }) => `${id} ${outcome} ${message}`.trim());
  return { hook, runner, ticks, looks, time, call, poll, want, answers };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

void t.test('a call is asked once, however often it is wanted, and its answer stays until it is not', async (t) => {
  const { hook, runner, ticks, call, want, answers } = await runnerOf(t, (response) => void response.end('fine'));
  want([call('one')]);
  want([call('one')]);
  t.same(answers(), []);
  await until(() => ticks.length === 1);
  want([call('one')]);
  await settled();
  t.same(ticks, [KEY]);
  t.same(answers(), ['one passed fine']);
  t.same(
    hook.received.map(({ body }) => JSON.parse(body)),
    [{ name: 'podinfo', namespace: 'demo', phase: 'Progressing', checksum: 'r1', metadata: { type: 'cmd' } }],
  );
  t.same(runner.answersFor('demo/other'), []);
  want([]);
  t.same(answers(), []);
});

void t.test('calls of one moment are made side by side', async (t) => {
  const { hook, ticks, call, want, answers } = await runnerOf(t, async (response) => {
    await until(() => hook.received.length === 3);
    response.end();
  });
  want(['a', 'b', 'c'].map((id) => call(id)));
  await until(() => ticks.length === 3);
  t.same(answers(), ['a passed', 'b passed', 'c passed']);
});

void t.test('what is forbidden has failed', async (t) => {
  const { ticks, call, want, answers } = await runnerOf(t, (response) => void response.end());
  want([call('one', { url: 'http://hook.other/' })]);
  await until(() => ticks.length === 1);
  t.match(answers(), [/^one failed may not be called: hook\.other is no Service of namespace demo/]);
});

void t.test('what is not wanted any more is broken off and forgotten', async (t) => {
  const { hook, runner, call, poll, want, answers } = await runnerOf(t, () => undefined);
  want([call('one'), call('two')], [poll('gate')]);
  await until(() => hook.received.length === 3);
  want([call('two')]);
  await until(async () => (await hook.open()) === 1);
  runner.forget(KEY);
  await until(async () => (await hook.open()) === 0);
  want([call('three')]);
  await until(() => hook.received.length === 4);
  await runner.stop();
  await until(async () => (await hook.open()) === 0);
  want([call('four')]);
  await settled();
  t.equal(hook.received.length, 4, 'a stopped runner asks nothing');
  t.same(answers(), []);
});

void t.test('a call without an answer in time is forgotten, and asked anew when it is wanted again', async (t) => {
  const { hook, time, call, want } = await runnerOf(t, () => undefined);
  want([{ ...call('one'), until: time.now + 1_000 }]);
  await until(() => hook.received.length === 1);
  await until(async () => (await hook.open()) === 0);
  want([call('one')]);
  await until(() => hook.received.length === 2);
  want([{ ...call('one'), until: time.now + 60_000 }]);
  await settled();
  t.equal(await hook.open(), 1, 'another end does not break it off');
});

void t.test('a poll is asked again after its time, and only news are told', async (t) => {
  const says = { code: 403, body: 'closed' };
  const { hook, ticks, time, poll, want, answers } = await runnerOf(t, (response) => {
    response.writeHead(says.code).end(says.body);
  });
  want([], [poll('gate')]);
  await until(() => ticks.length === 1);
  want([], [poll('gate')]);
  await settled();
  t.equal(hook.received.length, 1, 'not before its time');

  time.now += 1_000;
  want([], [poll('gate')]);
  await until(() => hook.received.length === 2);
  await until(async () => (await hook.open()) === 0);
  await settled();
  t.equal(ticks.length, 1, 'the same answer is no news');
  t.same(answers(), ['gate failed answered 403: closed']);

  Object.assign(says, { code: 200, body: '' });
  time.now += 1_000;
  want([], [poll('gate')]);
  t.same(answers(), ['gate failed answered 403: closed'], 'the old answer stands until there is another');
  await until(() => ticks.length === 2);
  t.same(answers(), ['gate passed']);
});

void t.test('the answer to one poll is none to another hook or revision of the same id', async (t) => {
  const { hook, ticks, poll, want, answers } = await runnerOf(t, (response) => void response.end());
  want([], [poll('gate')]);
  await until(() => ticks.length === 1);
  want([], [poll('gate')], { phase: 'Paused' });
  t.same(answers(), ['gate passed']);
  want([], [poll('gate', { metadata: { other: 'yes' } })]);
  t.same(answers(), []);
  await until(() => ticks.length === 2);
  want([], [poll('gate', { metadata: { other: 'yes' } })], { revision: 'r2' });
  t.same(answers(), []);
  await until(() => ticks.length === 3);
  t.equal(hook.received.length, 3);
});

void t.test('an old answer to a poll that was not repeated counts no more', async (t) => {
  const { ticks, time, poll, want, answers } = await runnerOf(t, (response) => void response.end());
  want([], [poll('gate')]);
  await until(() => ticks.length === 1);
  time.now += 20_000;
  t.same(answers(), ['gate passed']);
  time.now += 10_000;
  t.same(answers(), []);
});

void t.test('what it was before is news again where that counted no more', async (t) => {
  const { ticks, time, poll, want, answers } = await runnerOf(t, (response) => void response.end());
  want([], [poll('gate')]);
  await until(() => ticks.length === 1);
  time.now += 30_000;
  want([], [poll('gate')]);
  t.same(answers(), []);
  await until(() => ticks.length === 2);
  t.same(answers(), ['gate passed']);
});

void t.test('calls that hang do not hold up the polls of their own canary', async (t) => {
  const { hook, ticks, call, poll, want, answers } = await runnerOf(t, (response, { path }) => {
    if (path === '/gate') response.end();
  });
  const hanging = Array.from({ length: 40 }, (_, index) => call(`call ${index}`));
  want(hanging, [poll('gate', { url: `${hook.url}gate` })]);
  await until(() => ticks.length === 1);
  t.same(answers(), ['gate passed']);
});

void t.test('hooks that hang delay no other canary', async (t) => {
  const { hook, runner, ticks, call } = await runnerOf(t, (response, { body }) => {
    if (!body.includes('slow')) response.end();
  });
  const slow = Array.from({ length: 100 }, (_, index) => ({ ...subject, name: `slow-${index}` }));
  const hanging = Array.from({ length: 20 }, (_, index) => call(`call ${index}`));
  for (const each of slow) runner.setWanted(`demo/${each.name}`, each, hanging, []);
  await until(() => hook.received.length >= 100 + 64 - 4);
  const began = Date.now();
  runner.setWanted(KEY, subject, [call('one')], []);
  await until(() => ticks.length === 1);
  t.same(ticks, [KEY]);
  t.ok(Date.now() - began < 5_000, `after ${Date.now() - began} ms`);
  const open = await hook.open();
  t.ok(open < 200, `${open} calls at the same time, of 2000 that are wanted`);
});

void t.test('one that stops looks at what has a call until that is committed or handed over', async (t) => {
  const { hook, runner, ticks, looks, call, poll, want } = await runnerOf(t, (response, { path }) => {
    if (path !== '/hangs') response.end('fine');
  });
  const hangs = { url: `${hook.url}hangs` };
  const wantOf = (key: string, calls: WantedCall[], polls: WantedPoll[] = []) =>
    runner.setWanted(key, subject, calls, polls);
  want([call('open', hangs)]);
  wantOf('demo/answered', [call('answered')]);
  wantOf('demo/committed', [call('committed')]);
  wantOf('demo/polled', [], [poll('gate', hangs)]);
  await until(() => hook.received.length === 4 && ticks.length === 2);
  wantOf('demo/committed', []);
  t.equal(runner.isLeaving, false);
  ticks.splice(0);
  const heard: unknown[] = [];
  looks.do = (key) => {
    heard.push(runner.answersFor(key).map(({ id }) => id));
    // The first look at what hangs loses a race.
    if (key !== KEY || ticks.filter((tick) => tick === key).length > 1) wantOf(key, []);
  };
  await runner.stop();
  t.same(ticks, [KEY, 'demo/answered', KEY]);
  t.same(heard, [[], ['answered'], []], 'an answer that is there is taken');
  t.equal(runner.isLeaving, true);
  wantOf('demo/new', [call('new')]);
  await settled();
  t.equal(hook.received.length, 4, 'it asks nothing any more');
  t.equal(await hook.open(), 0, 'and has broken off what had no answer');
});

void t.test('one that cannot hand over stops all the same', async (t) => {
  const { hook, runner, ticks, looks, call, want } = await runnerOf(t, () => undefined);
  want([call('open')]);
  await until(() => hook.received.length === 1);
  looks.do = () => Promise.reject(new Error('away'));
  await runner.stop();
  t.same(new Set(ticks), new Set([KEY]));
  t.same(runner.answersFor(KEY), []);
});
