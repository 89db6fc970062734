import fc from 'fast-check';
import t from 'tap';
import { MAX_QUERIES, MAX_VALUES } from '../../src/rollout/spec/rules/form-bounds.ts';
import { formSchema } from '../../src/rollout/spec/schema/spec-schema.ts';
import { inTime } from './cpu.ts';
import { canary } from './judged.ts';
import { placesOf } from './places.ts';
import { filled, MOST_OBJECT, shape } from './shapes.ts';

/** Every field of a Canary's spec, as the schema has them. */
const places = placesOf(formSchema);
const place = fc.constantFrom(...places);
const BASE = { targetRef: { name: 'podinfo' }, service: {}, analysis: {} };

/** On a machine that is busy with others. */
t.setTimeout(180_000);

t.test('the places are all those of the schema', async (t) => {
  const texts = places.map(({ path }) => path.join('.'));
  for (const path of ['analysis.webhooks.0.metadata', 'service.match.0.headers', 'analysis.metrics.0.query', 'suspend'])
    t.ok(texts.includes(path), path);
});

t.test('one field, whatever text is in it', async (t) => {
  const size = fc.constantFrom(500, 10_000, MAX_QUERIES, MOST_OBJECT);
  fc.assert(
    fc.property(place, shape, size, ({ path, within }, { name, of }, size) => {
      inTime(t, `${path.join('.')} of ${size}: ${name}`, canary(within(BASE, of(size))).work);
      return t.passing();
    }),
    { numRuns: 300 },
  );
});

/** What there may be many of. */
const ENTRIES: Readonly<Record<string, (at: number) => unknown>> = {
  maps: () => ({}),
  numbers: () => 1,
  texts: (at) => `a${at}`,
  'the same': () => 'a',
  'texts that are none': () => '',
  lists: () => [],
  nothing: () => null,
  'maps of strange fields': (at) => ({ [`field${at}`]: {} }),
  names: () => ({ name: 'request-duration' }),
  regexes: () => ({ regex: '('.repeat(50) }),
  queries: () => ({ name: 'm', threshold: 1, query: 'sum(rate(a[1m]' }),
};

t.test('one field, with many entries or fields in it', async (t) => {
  const entry = fc.constantFrom(...Object.entries(ENTRIES));
  const size = fc.constantFrom(MAX_VALUES * 5, MAX_VALUES * 10, MOST_OBJECT);
  fc.assert(
    fc.property(place, entry, size, fc.boolean(), ({ path, within }, [words, entry], size, isList) => {
      const fields = filled(size, (at) => [`field${at}`, entry(at)] as const);
      const some = size === MOST_OBJECT ? fields : fields.slice(0, MAX_VALUES - 100);
      const value = isList ? some.map(([, inner]) => inner) : Object.fromEntries(some);
      inTime(
        t,
        `${path.join('.')} with ${some.length} ${words}, a ${isList ? 'list' : 'map'}`,
        canary(within(BASE, value)).work,
      );
      return t.passing();
    }),
    { numRuns: 200 },
  );
});

t.test('queries, as many as are read', async (t) => {
  fc.assert(
    fc.property(shape, fc.constantFrom(4, 32), ({ name, of }, count) => {
      const query = of(Math.floor(MAX_QUERIES / count));
      const metrics = Array.from({ length: count }, (_, at) => ({ name: `m${at}`, threshold: 1, query }));
      inTime(t, `${count} queries: ${name}`, canary({ ...BASE, analysis: { metrics } }).work);
      return t.passing();
    }),
    { numRuns: 100 },
  );
});

t.test('queries of as many terms as fit', async (t) => {
  const query = `xa${'+a'.repeat(MAX_QUERIES / 64 - 1)}`;
  const metrics = Array.from({ length: 32 }, (_, at) => ({ name: `m${at}`, threshold: 1, query }));
  const { work } = canary({ ...BASE, analysis: { metrics } });
  t.notMatch(work(), { kind: 'deny' }, 'they are taken');
  inTime(t, 'a sum', work);
});

t.test('a refusal says what there is too much of, where, and how much may be', async (t) => {
  const metric = { name: 'm', threshold: 1, query: 'a'.repeat(9_000) };
  const metrics = ['a', 'b', 'c', 'd'].map((name) => ({ ...metric, name }));
  const deep = Array.from({ length: 60 }).reduce<object>((inner) => ({ a: inner }), {});
  const rows: [spec: object, words: RegExp][] = [
    [
      { ...BASE, service: { hosts: filled(100_000, () => 'a') } },
      /spec\.service\.hosts: brings the settings to more than 4096 fields/,
    ],
    [
      { ...BASE, analysis: { metrics } },
      /spec\.analysis\.metrics: has queries of 36000 characters together; at most 16384/,
    ],
    [
      { ...BASE, service: { trafficPolicy: { tls: deep } } },
      /spec\.service\.trafficPolicy\.tls: is nested more than 32 deep/,
    ],
    [
      { ...BASE, analysis: { metrics: [{ ...metric, query: `${'('.repeat(65)}a${')'.repeat(65)}` }] } },
      /query = .*: is not PromQL: brackets stand more than 64 deep at line 1, column 65/,
    ],
  ];
  for (const [spec, message] of rows) t.match(canary(spec).work(), { kind: 'deny', decision: 'invalid', message });
});

t.test('the largest settings that are right are taken', async (t) => {
  const webhooks = Array.from({ length: 32 }, (_, at) => ({
    name: `hook-${at}`,
    url: 'http://loadtester.test/',
    metadata: Object.fromEntries(Array.from({ length: 64 }, (_, key) => [`key-${key}`, 'x'.repeat(500)])),
  }));
  const largest = canary({ ...BASE, analysis: { webhooks } });
  t.match(largest.work(), { decision: 'pass' });
  inTime(t, 'the largest settings', largest.work);
});
