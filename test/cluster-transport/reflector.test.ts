import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { KINDS } from '../../src/cluster/kinds.ts';
import { Reflector } from '../../src/cluster/reflector.ts';
import type { ReflectorTiming } from '../../src/cluster/reflector-options.ts';
import { Store } from '../../src/cluster/store.ts';
import {
  type Answer,
  added,
  bookmark,
  FaultServer,
  initialEnd,
  line,
  list,
  object,
  refused,
  reset,
  silence,
  watch,
} from './fault-server.ts';

const server = await new FaultServer().start();
const client = server.client({ deadlineMs: 1_000 });
t.teardown(async () => {
  await client.close();
  await server.stop();
});

/** On a busy machine an answer may take some 100 ms: a watch that has just been opened is not silent by then. */
const quick: ReflectorTiming = { idleMs: 500, graceMs: 20, backoff: { baseMs: 10, maxMs: 40, healthyMs: 100 } };

interface Run {
  reflector: Reflector;
  events: string[];
  restarts: string[];
  errors: unknown[];
  missed: number[];
}

async function run(answers: Answer[], timing: ReflectorTiming, body: (run: Run) => Promise<void>): Promise<void> {
  server.answer(...answers);
  const [events, restarts, errors, missed]: [string[], string[], unknown[], number[]] = [[], [], [], []];
  const store = new Store({ onError: (error) => errors.push(error) });
  store.onChange(({ type, object: { metadata } }) =>
    events.push(`${type} ${metadata.name} ${metadata.resourceVersion}`),
  );
  const reflector = new Reflector({
    client,
    store,
    kind: KINDS.services,
    namespace: 'ns',
    labelSelector: 'a=b',
    timing: { ...quick, ...timing },
    onRestart: (reason) => restarts.push(reason),
    onError: (error) => errors.push(error),
    onMissed: (count) => missed.push(count),
  });
  reflector.start();
  try {
    await body({ reflector, events, restarts, errors, missed });
  } finally {
    await reflector.stop();
  }
}

async function until(check: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !check(); i += 1) await sleep(10);
}

const full = initialEnd(10);
const streamed = watch([added('a', 5), added('b', 7), full]);

/** A process that has just started may be slow. */
const patient: ReflectorTiming = { idleMs: 5_000 };

void t.test('everything comes in the watch itself, then the changes', async (t) => {
  const changes = [line('MODIFIED', object('a', 11)), line('DELETED', object('b', 12)), bookmark(13)];
  await run(
    [watch([added('a', 5), added('b', 7), full, ...changes], 'stay')],
    patient,
    async ({ reflector, events }) => {
      t.equal(await reflector.synced, true);
      await until(() => events.length === 4);
      t.strictSame(events, ['added a 5', 'added b 7', 'modified a 11', 'deleted b 12']);
      t.match(server.seen[0]?.query, {
        watch: 'true',
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
        labelSelector: 'a=b',
      });
      const seconds = Number(server.seen[0]?.query['timeoutSeconds']);
      t.ok(seconds >= 300 && seconds <= 600, `${seconds} s`);
      t.equal(server.seen.length, 1, 'in one request');
    },
  );
});

void t.test('nothing is told before everything is there', async (t) => {
  await run([watch([added('a', 5)])], {}, async ({ events }) => {
    await sleep(50);
    t.strictSame(events, []);
  });
});

const unstreamable: Record<string, Answer> = {
  'refuses to stream': refused(422, 'Invalid'),
  'does not know streaming': refused(400, 'BadRequest'),
  'never says that everything is there': watch([added('a', 5)]),
  'closes in the middle': watch([added('a', 5)], 'close'),
};

for (const [sentence, answer] of Object.entries(unstreamable)) {
  void t.test(`lists are used when the server ${sentence}`, async (t) => {
    await run([answer, list(10, object('a', 5)), watch([added('b', 11)])], {}, async ({ reflector, events }) => {
      await reflector.synced;
      await until(() => events.length === 2);
      t.strictSame(events, ['added a 5', 'added b 11']);
      t.match(server.seen.slice(1, 3), [{ query: { labelSelector: 'a=b' } }, { query: { resourceVersion: '10' } }]);
    });
  });
}

const resumed: Record<string, [end: Answer[], reason: string]> = {
  'the server closes it': [[watch([added('a', 5), full, bookmark(20)], 'close')], 'closed'],
  'the connection breaks': [[watch([added('a', 5), full, bookmark(20)], 'reset')], 'unreachable'],
  'it breaks in the middle of a line': [
    [watch([added('a', 5), full, bookmark(20), '{"type":"ADD'], 'reset')],
    'unreachable',
  ],
  'it falls silent': [[watch([added('a', 5), full, bookmark(20)])], 'silent'],
  'the server fails in between': [
    [watch([full, bookmark(20)], 'close'), refused(500, 'InternalError')],
    'server-error',
  ],
  'the server cannot be reached in between': [[watch([full, bookmark(20)], 'close'), reset], 'unreachable'],
  'the server does not answer in between': [[watch([full, bookmark(20)], 'close'), silence], 'silent'],
  'the server is busy in between': [
    [watch([full, bookmark(20)], 'close'), refused(429, 'TooManyRequests')],
    'throttled',
  ],
};

for (const [sentence, [answers, reason]] of Object.entries(resumed)) {
  void t.test(`a watch goes on where it was when ${sentence}`, async (t) => {
    await run([...answers, watch([added('c', 21)])], {}, async ({ events, restarts }) => {
      await until(() => events.includes('added c 21'));
      t.ok(events.includes('added c 21'));
      t.equal(restarts.at(answers.length - 1), reason);
      const last = server.seen[answers.length]?.query;
      t.match(last, { resourceVersion: '20', sendInitialEvents: undefined });
    });
  });
}

const expired = { kind: 'Status', code: 410, reason: 'Expired' };
const restarted: Record<string, [end: Answer, reason: string]> = {
  'an ERROR event says 410': [watch([added('a', 5), added('b', 6), full, line('ERROR', expired)]), 'expired'],
  'a line is no JSON': [watch([added('a', 5), added('b', 6), full, '{"type":\n', added('x', 11)]), 'broken'],
  'an event is no event': [watch([added('a', 5), added('b', 6), full, '{"type":"ADDED","object":{}}\n']), 'broken'],
};

for (const [sentence, [answer, reason]] of Object.entries(restarted)) {
  void t.test(`everything is fetched anew, once, when ${sentence}`, async (t) => {
    const again = watch([added('a', 5), added('c', 22), initialEnd(30)]);
    await run([answer, again], { idleMs: 5_000 }, async ({ events, restarts }) => {
      await until(() => events.length === 4);
      t.strictSame(events, ['added a 5', 'added b 6', 'deleted b 6', 'added c 22'], 'and only what differs is told');
      await sleep(60);
      t.strictSame(restarts, [reason]);
      t.equal(server.seen.length, 2);
      t.match(server.seen[1]?.query, { sendInitialEvents: 'true', resourceVersion: undefined });
    });
  });
}

void t.test('everything is fetched anew when resuming answers 410', async (t) => {
  const answers = [watch([added('a', 5), full], 'close'), refused(410, 'Expired'), watch([initialEnd(30)])];
  await run(answers, { idleMs: 5_000 }, async ({ events }) => {
    await until(() => events.length === 2);
    t.strictSame(events, ['added a 5', 'deleted a 5']);
    t.equal(server.seen.length, 3);
  });
});

void t.test('a server that closes after each event is not asked without pause', async (t) => {
  const timing = { backoff: { baseMs: 20, maxMs: 500, healthyMs: 400 } };
  let version = 10;
  const one: Answer = (response, request) => {
    version += 1;
    watch([added('a', version)], 'close')(response, request);
  };
  await run([watch([full], 'close'), one], timing, async ({ events }) => {
    await sleep(900);
    t.ok(server.seen.length <= 8, `${server.seen.length} requests`);
    // The answer to the last of them may be on its way.
    await until(() => events.length === server.seen.length - 1);
    t.equal(events.length, server.seen.length - 1, 'and each event was seen once');
  });
});

void t.test('a server that was away for long and refuses at first is asked again soon', async (t) => {
  const timing = { backoff: { baseMs: 20, maxMs: 10_000, healthyMs: 10_000 } };
  const away = Array.from({ length: 5 }, () => reset);
  const answers = [watch([full], 'close'), ...away, refused(403, 'Forbidden'), watch([initialEnd(30)], 'stay')];
  await run(answers, timing, async ({ restarts }) => {
    await until(() => server.seen.length >= 7);
    const refusedAt = performance.now();
    await until(() => server.seen.length === 8);
    const took = performance.now() - refusedAt;
    t.ok(took < 200, `${took.toFixed(0)} ms later, after ${restarts.length} failures`);
  });
});

void t.test('lines may be cut anywhere, also within a character', async (t) => {
  const text = line('ADDED', object('a', 11, { annotations: { by: 'Zoë 日本 🚰' } }));
  const bytes = new TextEncoder().encode(text);
  const chunks = Array.from(bytes, (_, i) => bytes.slice(i, i + 1));
  await run([watch([full, ...chunks])], { idleMs: 5_000 }, async ({ reflector, errors }) => {
    await until(() => reflector.store.size === 1);
    t.equal(reflector.store.get('ns/a')?.metadata.annotations?.['by'], 'Zoë 日本 🚰');
    t.strictSame(errors, []);
  });
});

void t.test('several lines in one chunk are several events', async (t) => {
  await run([watch([full + added('a', 11) + added('b', 12)])], {}, async ({ events }) => {
    await until(() => events.length === 2);
    t.strictSame(events, ['added a 11', 'added b 12']);
  });
});

void t.test('bookmarks alone keep a watch alive', async (t) => {
  const beating: Answer = (response, request) => {
    watch([full])(response, request);
    const beat = setInterval(() => response.write(bookmark(11)), 40);
    response.once('close', () => clearInterval(beat));
  };
  await run([beating], {}, async ({ restarts }) => {
    await sleep(1_200);
    t.strictSame(restarts, []);
  });
});

void t.test('a handler that throws stops nothing', async (t) => {
  await run([streamed], {}, async ({ reflector, events, errors }) => {
    reflector.store.onChange(() => {
      throw new Error('mine');
    });
    await reflector.synced;
    t.strictSame(events, ['added a 5', 'added b 7']);
    t.match(errors, [{ message: 'mine' }, { message: 'mine' }]);
  });
});

void t.test('a full list finds what the watch did not deliver', async (t) => {
  const partial = watch([added('a', 5), added('b', 7), full, bookmark(20)]);
  const listed = list(25, object('a', 21), object('c', 22));
  await run([partial, listed, watch([])], { relistMs: 60, idleMs: 5_000 }, async ({ events, missed, restarts }) => {
    await until(() => server.seen.length === 3);
    t.strictSame(events.slice(2).sort(), ['added c 22', 'deleted b 7', 'modified a 21']);
    t.strictSame(missed, [3]);
    t.strictSame(restarts, ['missed']);
    t.match(server.seen[2]?.query, { resourceVersion: '25' }, 'and the watch goes on from there');
  });
});

void t.test('a full list that the watch catches up with finds nothing', async (t) => {
  const late: Answer = (response, request) => {
    watch([added('a', 5), full])(response, request);
    setTimeout(() => response.write(added('c', 22)), 80);
  };
  const timing = { relistMs: 50, graceMs: 600, idleMs: 5_000 };
  await run([late, list(25, object('a', 5), object('c', 22))], timing, async ({ events, missed }) => {
    await sleep(900);
    t.strictSame(events, ['added a 5', 'added c 22']);
    t.strictSame(missed, []);
  });
});

void t.test('two that fill one store, a namespace each, leave each other’s objects alone', async (t) => {
  const store = new Store();
  const inNamespace = (namespace: string, ...names: string[]) =>
    names.map((name, index) => line('ADDED', object(name, 5 + index, { namespace }))).join('');
  const first: Record<string, string> = { one: inNamespace('one', 'a', 'b'), two: inNamespace('two', 'a') };
  const again: Record<string, string> = { one: inNamespace('one', 'a'), two: inNamespace('two', 'a', 'c') };
  const asked = new Set<string>();
  server.answer((response, request) => {
    const [, namespace = ''] = /namespaces\/(\w+)\//.exec(request.path) ?? [];
    const isFirst = !asked.has(namespace);
    asked.add(namespace);
    const objects = (isFirst ? first : again)[namespace] ?? '';
    watch([objects, isFirst ? full : initialEnd(30), ...(isFirst ? [line('ERROR', expired)] : [])])(response, request);
  });
  const reflectors = ['one', 'two'].map(
    (namespace) =>
      new Reflector({ client, store, kind: KINDS.services, namespace, timing: { ...quick, idleMs: 5_000 } }),
  );
  for (const reflector of reflectors) reflector.start();
  await until(() => store.size === 3 && store.get('two/c') !== undefined);
  t.strictSame(
    store
      .list()
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
      .toSorted(),
    ['one/a', 'two/a', 'two/c'],
  );
  await Promise.all(reflectors.map((reflector) => reflector.stop()));
});

const stoppable: Record<string, [answers: Answer[], timing: ReflectorTiming]> = {
  'it waits for the first answer': [[silence], { idleMs: 60_000 }],
  'everything is on its way': [[watch([added('a', 5)])], { idleMs: 60_000 }],
  'it lists': [[refused(422, 'Invalid'), silence], {}],
  'it watches': [[streamed], { idleMs: 60_000 }],
  'it waits to try again': [[refused(500, 'InternalError')], { backoff: { baseMs: 60_000, maxMs: 60_000 } }],
  'it proves': [[streamed, silence], { relistMs: 20, idleMs: 60_000 }],
  'it lets the watch catch up': [[streamed, list(10)], { relistMs: 20, graceMs: 60_000, idleMs: 60_000 }],
};

for (const [sentence, [answers, timing]] of Object.entries(stoppable)) {
  void t.test(`it stops at once while ${sentence}`, async (t) => {
    await run(answers, timing, async ({ reflector, errors }) => {
      await until(() => server.seen.length === answers.length);
      await sleep(80);
      const before = { requests: server.seen.length, at: performance.now(), errors: errors.length };
      await reflector.stop();
      t.ok(performance.now() - before.at < 500, `${performance.now() - before.at} ms`);
      await reflector.stop();
      await sleep(60);
      t.equal(server.seen.length, before.requests, 'and asks nothing more');
      t.equal(errors.length, before.errors, 'and complains about nothing');
      t.equal(typeof (await reflector.synced), 'boolean');
    });
  });
}

void t.test('stopped before it was filled, it says so', async (t) => {
  await run([silence], {}, async ({ reflector }) => {
    await reflector.stop();
    t.equal(await reflector.synced, false);
  });
});

void t.test('whoever waits for a watch that is refused is told so at once, and again when it is open', async (t) => {
  const answers = [refused(403, 'Forbidden'), refused(403, 'Forbidden'), streamed, silence];
  await run(answers, { backoff: { baseMs: 50, maxMs: 50 } }, async ({ reflector }) => {
    await t.rejects(reflector.filled(), { message: /403/ });
    t.match(reflector.failure?.error, { status: 403 });
    t.ok((reflector.failure?.since ?? Infinity) <= performance.now());
    await reflector.synced;
    await reflector.filled();
    t.equal(reflector.failure, undefined, 'an open watch has no failure');
  });
});

void t.test('one that is stopped before it was filled tells nobody that there is nothing', async (t) => {
  await run([silence], {}, async ({ reflector }) => {
    const waiting = t.rejects(reflector.filled(), { message: /stopped/ });
    await reflector.stop();
    await waiting;
  });
});

void t.test(
  'a watch that opens and ends again and again shows nothing new: it has failed since the first time',
  async (t) => {
    const broken = watch(['no event\n'], 'close');
    const answers = [watch([added('a', 5), initialEnd(6)], 'close'), watch([], 'close'), broken, broken, broken];
    const backoff = { baseMs: 20, maxMs: 20 };
    await run([...answers, watch([added('b', 7), initialEnd(8)])], { backoff }, async ({ reflector, restarts }) => {
      await reflector.synced;
      await until(() => restarts.length > 0);
      const since = reflector.failure?.since;
      t.ok(since !== undefined, 'one that was closed in order is away, too');
      await until(() => restarts.length >= 4);
      t.equal(reflector.failure?.since, since);
      await until(() => reflector.failure === undefined);
      t.ok(reflector.store.get('ns/b'), 'until it says something');
    });
  },
);
