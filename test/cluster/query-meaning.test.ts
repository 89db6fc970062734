import t from 'tap';
import { MISROUTING_QUERIES } from '../../src/analysis/misrouting.ts';
import { Prometheus } from '../../src/analysis/prometheus.ts';
import { type QueryTarget, queryOf } from '../../src/analysis/queries.ts';
import type { QueryResult } from '../../src/analysis/verdict.ts';
import type { BuiltinMetric } from '../../src/rollout/spec/spec-types.ts';
import { openRig, waitFor } from '../rig/rig.ts';
import { Figures, type Requests } from './support/figures.ts';

/** What Headgate's own queries mean, by a real Prometheus on figures as proxies make them. */
const rig = openRig();
const prometheus = new Prometheus(rig.mesh.prometheusUrl);
const WINDOW_MS = 5_000;
/** And as long before it. */
const WINDOW = { windowMs: WINDOW_MS, agoMs: WINDOW_MS };

type Some = Omit<Requests, 'namespace' | 'service' | 'reporter'>;
const good: Some = { rate: 9 };
const bad: Some = { rate: 1, code: 503 };
const to =
  (reporter: Requests['reporter'], service = 'web-canary') =>
  (...some: Some[]): Omit<Requests, 'namespace'>[] =>
    some.map((one) => ({ ...one, reporter, service }));
const source = to('source');
const destination = to('destination');
const waypoint = to('waypoint');
const mesh = { client: 'caller' };

/** Percent of good answers; undefined: no data. */
const rates: Record<string, [figures: Omit<Requests, 'namespace'>[], percent: number | undefined]> = {
  'a gateway alone': [source(good, bad), 90],
  'the pods too, with their retries': [
    [...source({ rate: 10 }), ...destination({ rate: 10 }, { ...bad, rate: 10 })],
    100,
  ],
  'a waypoint alone': [waypoint(good, bad), 90],
  'a gateway in front of a waypoint: what its clients got': [
    [...source({ rate: 8 }, { rate: 2, code: 503, flags: 'UF' }), ...waypoint({ rate: 8 })],
    80,
  ],
  'a gateway past the waypoint of the others': [
    [...source({ rate: 10 }), ...waypoint({ ...mesh, rate: 5 }, { ...mesh, rate: 5, code: 500 })],
    75,
  ],
  'a gateway that went past the waypoint once': [[...source({ rate: 0 }), ...waypoint(good, bad)], 90],
  'no pod for anybody': [source({ rate: 10, code: 503, flags: 'UH' }), 0],
  'clients that left, besides others': [source(good, bad, { rate: 90, code: 0, flags: 'DC' }), 90],
  'clients that left, and no others': [source({ rate: 90, code: 0, flags: 'DC' }), undefined],
  gRPC: [
    source({ rate: 6, grpc: 0 }, { rate: 2, grpc: 5 }, { rate: 1, grpc: 13 }, { rate: 1, grpc: 14, flags: 'UC' }),
    80,
  ],
  'answers that broke off': [source({ rate: 5 }, { rate: 5, flags: 'UC' }), 50],
  'failures that are new': [
    [...to('source', 'web')({ rate: 40 }), ...source({ rate: 9 }, { rate: 2, code: 500, from: 13, isNew: true })],
    85,
  ],
  'an app that gets its first traffic': [
    [
      ...to('source', 'web')({ rate: 40, from: 13, isNew: true }),
      ...source({ rate: 90, from: 13, isNew: true }, { rate: 10, code: 503, from: 13, isNew: true }),
    ],
    90,
  ],
  'mirrored requests alone': [destination(good, bad), undefined],
  'another Service alone': [to('source', 'web')(good, bad), undefined],
};

/** At least and at most so many milliseconds for 99 of 100. */
const durations: Record<string, [figures: Omit<Requests, 'namespace'>[], least: number, most: number]> = {
  'fast answers': [source({ rate: 50, tookMs: 5 }), 1, 10],
  'clients that waited in vain': [
    source({ rate: 45 }, { rate: 5, code: 0, flags: 'DC', tookMs: 8_000 }),
    1_000,
    10_000,
  ],
  'a waypoint alone': [waypoint({ rate: 50, tookMs: 500 }), 100, 1_000],
};

const nowhere = (some: Some, reporter: Requests['reporter'] = 'source') =>
  to(reporter, 'unknown')({ code: 503, flags: 'NC', ...some });
const stable = to('source', 'web')({ rate: 40 });

/** How many requests went nowhere in the window, more than twice those before; 0: none. */
const lost: Record<string, [figures: Omit<Requests, 'namespace'>[], about: number]> = {
  'none at all': [stable, 0],
  'since a while': [[...stable, ...nowhere({ rate: 10 })], 0],
  'since now': [[...stable, ...nowhere({ rate: 10, from: 12 })], 40],
  'of an app that gets its first traffic': [
    [...to('source', 'web')({ rate: 40, from: 12, isNew: true }), ...nowhere({ rate: 10, from: 12, isNew: true })],
    35,
  ],
  'of a gateway that has nothing to do with the app': [
    [...stable, ...nowhere({ rate: 10, from: 12, client: 'other' })],
    0,
  ],
  'at a waypoint, by a client that its sidecar does not count': [
    [...to('waypoint', 'web')({ ...mesh, rate: 40 }), ...nowhere({ ...mesh, rate: 10, from: 12 }, 'waypoint')],
    40,
  ],
};

/** Its place in the table. */
const SINCE_NOW = Object.keys(lost).indexOf('since now');
const slug = (kind: string, index: number): string => `${kind}-${index}`;
const targetIn = (namespace: string): QueryTarget => {
  const names = { stable: 'web', canary: 'web-canary' };
  return { namespace, workloads: names, services: names, hosts: [] };
};
const inTable = (kind: string, table: Record<string, [Omit<Requests, 'namespace'>[], ...unknown[]]>): Requests[] =>
  Object.values(table).flatMap(([figures], index) =>
    figures.map((requests) => ({ ...requests, namespace: slug(kind, index) })),
  );
const figures = await Figures.start(rig, [
  ...inTable('rates', rates),
  ...inTable('durations', durations),
  ...inTable('lost', lost),
]);
t.teardown(async () => {
  figures.stop();
  await rig.close();
});

const asked = async (builtin: BuiltinMetric, namespace: string) =>
  prometheus.query(queryOf({ builtin }, targetIn(namespace), WINDOW_MS));

/** What is said of the tables' cases, all asked at once: some are true for a second or two only. */
const said: Record<'lost' | 'rates', QueryResult[]> = { lost: [], rates: [] };

t.before(async () => {
  const began = `istio_requests_total{response_flags="NC",source_workload_namespace="${slug('lost', SINCE_NOW)}-clients"}`;
  await waitFor('what began late to have counted for most of a window', async () => {
    const [sample] = await rig.prometheus.query(began);
    return (sample?.value ?? 0) >= Figures.FIRST + 40;
  });
  const each = <T>(table: object, ask: (index: number) => Promise<T>) =>
    Promise.all(Object.keys(table).map((_, index) => ask(index)));
  [said.rates, said.lost] = await Promise.all([
    each(rates, (index) => asked('request-success-rate', slug('rates', index))),
    each(lost, (index) => prometheus.query(MISROUTING_QUERIES.gateway(targetIn(slug('lost', index)), WINDOW))),
  ]);
});

for (const [index, [claim, [, about]]] of Object.entries(lost).entries()) {
  t.test(`requests that went nowhere: ${claim}`, async (t) => {
    const answer = said.lost[index];
    const value = Math.max(0, answer?.kind === 'value' ? answer.value : Number.NaN);
    t.ok(
      about === 0 ? value === 0 : Math.abs(value - about) < about / 2,
      `${JSON.stringify(answer)} is about ${about}`,
    );
  });
}

for (const [index, [claim, [, percent]]] of Object.entries(rates).entries()) {
  t.test(`the success rate: ${claim}`, async (t) => {
    const answer = said.rates[index];
    if (percent === undefined) return void t.same(answer, { kind: 'none' });
    const value = answer?.kind === 'value' ? answer.value : Number.NaN;
    t.ok(Math.abs(value - percent) < 3, `${JSON.stringify(answer)} is about ${percent}`);
  });
}

t.test('the success rate: failures of a target that Prometheus did not read before', async (t) => {
  const namespace = slug('rates', 0);
  const late = await Figures.start(
    rig,
    source({ rate: 0, code: 500 }).map((requests) => ({ ...requests, namespace })),
  );
  t.teardown(() => late.stop());
  const answer = await asked('request-success-rate', namespace);
  t.ok(
    answer.kind === 'value' && Math.abs(answer.value - 90) < 3,
    `${JSON.stringify(answer)} is about 90: they are old`,
  );
});

for (const [index, [claim, [, least, most]]] of Object.entries(durations).entries()) {
  t.test(`the duration: ${claim}`, async (t) => {
    const answer = await asked('request-duration', slug('durations', index));
    const value = answer.kind === 'value' ? answer.value : Number.NaN;
    t.ok(value >= least && value <= most, `${JSON.stringify(answer)} is from ${least} to ${most}`);
  });
}

t.test('what came to the stable Service, in the window and before it', async (t) => {
  for (const weight of [20, 100]) {
    const query = MISROUTING_QUERIES.stable(targetIn(slug('lost', 0)), WINDOW, weight);
    // It is so all the time, but that a scrape of a busy machine may come late, and be missing in this window.
    const value = await waitFor(`at weight ${weight} about 200`, async () => {
      const answer = await prometheus.query(query);
      if (answer.kind === 'value' && Math.abs(answer.value - 200) < 40) return answer.value;
      throw new Error(JSON.stringify(answer));
    });
    t.ok(value, `at weight ${weight}: ${value}`);
  }
});
