import { isDeepStrictEqual } from 'node:util';
import jsonPatch from 'fast-json-patch';
import type { Test } from 'tap';
import { type KubeObject, keyOf } from '../../src/rollout/kube.ts';
import type { TrafficWish } from '../../src/rollout/machine/traffic.ts';
import { canaryService } from '../../src/rollout/workload/services.ts';
import type { TrafficObjects } from '../../src/traffic/provider.ts';
import { LABEL, service } from '../build.ts';
import { type Bench, isLabelled } from './bench.ts';

const WEIGHTS = [0, 1, 20, 50, 99, 100];

type Claim = (t: Test, bench: Bench, start: TrafficObjects) => void;

/** What holds of every provider, whatever was there before. */
export const CLAIMS: Readonly<Record<string, Claim>> = {
  'a weight is read back, from any other': (t, bench, start) => {
    for (const from of WEIGHTS) {
      const before = bench.at(start, from);
      t.match(bench.route(before), { weight: from, stale: false }, `${from}`);
      for (const to of WEIGHTS) t.match(bench.route(bench.at(before, to)), { weight: to, stale: false }, `to ${to}`);
    }
  },
  'every write makes another version': (t, bench, start) => {
    const seen = [bench.route(start)?.version];
    let objects = start;
    for (const weight of [...WEIGHTS, ...WEIGHTS]) {
      objects = bench.at(objects, weight);
      seen.push(bench.route(objects)?.version);
    }
    t.equal(new Set(seen).size, seen.length, seen.join());
  },
  'a weight that it has already changes nothing': (t, bench, start) => {
    for (const weight of WEIGHTS) {
      const once = bench.at(start, weight);
      t.same(differences(once, bench.at(once, weight)), []);
    }
  },
  'a new weight alone leaves the rest as it is': (t, bench, start) => {
    const before = bench.at(start, 50);
    for (const weight of WEIGHTS) reweighs(t, bench, before, weight);
  },
  'what is wanted beside the route is done once, whatever the weight': (t, bench, start) => {
    const done = bench.prepared(start);
    t.same(bench.read(done).prerequisites, []);
    t.same(bench.read(bench.at(done, 50)).prerequisites, []);
    t.same(bench.route(done), bench.route(start), 'it is no route');
  },
  'the same objects give the same': (t, bench, start) => {
    const once = bench.at(bench.prepared(start), 20);
    const again = bench.at(bench.prepared(start), 20);
    t.same(again, once);
    t.same(bench.read(again), bench.read(once));
  },
  'what others have is not looked at': (t, bench, start) => {
    const theirs = othersOf(bench);
    const all = [...theirs, ...start];
    t.same(bench.read(all), bench.read(start));
    t.same(missing(theirs, bench.left(bench.at(bench.prepared(all), 50))), [], 'nor touched');
  },
  'its user has it back, from any weight': (t, bench, start) => {
    for (const weight of WEIGHTS) {
      const released = bench.after(bench.at(bench.prepared(start), weight), 'release');
      t.match(bench.route(released), { weight: 0, stale: false }, `from ${weight}`);
      t.same(bench.provider.release(released, bench.wish), [], 'once');
      const left = bench.after(released, 'cleanUp');
      t.same(bench.provider.cleanUp(left, bench.wish), [], 'with nothing else to do');
      t.same(left.filter(isLabelled), [], 'no label is left');
      t.notMatch(JSON.stringify(left), /canary/, 'and no word of the canary');
      t.match(bench.route(bench.at(left, 30)), { weight: 30, stale: false }, 'it may begin again');
    }
  },
  'it is left also when the Deployment is gone': (t, bench, start) => {
    const before = bench.at(bench.prepared(start), 50);
    t.same(bench.wanting(withoutDeployment(bench.wish)).left(before), bench.left(before));
  },
  'what has no label is nothing to leave': (t, bench, start) => {
    t.same(bench.left(start), start);
    const before = bench.at(bench.prepared(start), 50);
    const theirs = before.filter((object) => !isLabelled(object));
    t.same(missing(theirs, bench.left(before)), []);
  },
  'whoever writes it again moves no weight': (t, bench, start) => {
    for (const weight of WEIGHTS) {
      const before = bench.at(start, weight);
      const written = start.map((object) => ({ object, stored: before.find((entry) => isSame(entry, object)) }));
      for (const { object, stored } of written.filter((entry) => entry.stored && isLabelled(entry.stored))) {
        const { resourceVersion } = stored?.metadata ?? {};
        const sent = { ...object, metadata: { ...object.metadata, ...(resourceVersion && { resourceVersion }) } };
        t.same(keptBy(bench, stored, sent), stored, `at ${weight}`);
        t.same(keptBy(bench, stored, stored), stored, `at ${weight}, as it is`);
      }
      t.same(
        start.map((object) => keptBy(bench, object, object)),
        start,
        'and of others nothing is kept',
      );
    }
  },
  'what would be divided is said beforehand': (t, bench, start) => {
    const { routes, ports } = bench.provider.preview(start, bench.wish);
    const theirs = bench.provider.render(start, bench.wish, 20).filter((change) => change.do !== 'create');
    const names = theirs.map(({ object }) => `${object.kind} ${keyOf(object)}`);
    t.same(routes.toSorted(), names.toSorted(), 'by the routes of users that get the weight');
    const numbers = new Set(bench.wish.services?.stable.spec.ports?.map(({ port }) => port));
    const strange = ports.filter(({ port }) => !numbers.has(port));
    t.same(strange, [], 'and by ports that the Service has');
  },
  'what is stored has the shape that is wanted of files': (t, bench, start) => {
    for (const object of bench.at(bench.prepared(start), 50)) t.ok(bench.provider.isReadable(object), `${object.kind}`);
    t.notOk(
      bench.provider.isReadable({
        kind: bench.provider.sources[0]?.kind.kind ?? '',
        metadata: { name: '' },
        spec: 'x',
        data: [1],
      }),
    );
  },
  'a person is told the shares': (t, bench, start) => {
    const described = bench.provider.describe(bench.at(start, 13), bench.wish.deployment);
    const absent = described.filter(({ summary }) => summary === undefined);
    t.same(absent, [], 'it is there');
    for (const share of [/\b13%/, /\b87%/]) t.match(JSON.stringify(described), share);
  },
};

/** A weight alone: it is read back, and nothing but numbers changed. */
export function reweighs(t: Test, bench: Bench, before: TrafficObjects, weight: number): void {
  const after = bench.at(before, weight, 'reweigh');
  const { stale } = bench.route(before) ?? {};
  t.match(bench.route(after), { weight, stale }, `to ${weight}`);
  const others = differences(before, after).filter(
    ({ op, value }) => op !== 'replace' || !/^\d{1,3}$/.test(String(value)),
  );
  t.same(others, [], 'nothing but numbers changes');
}

/** What is stored of an object that somebody writes. */
function keptBy({ provider }: Bench, stored: KubeObject | undefined, sent: KubeObject | undefined): unknown {
  if (stored === undefined || sent === undefined) throw new Error('there is no such object');
  const operations = structuredClone(provider.keep(stored, sent).operations);
  return jsonPatch.applyPatch(structuredClone(sent), operations as Parameters<typeof jsonPatch.applyPatch>[1], true)
    .newDocument;
}

const isSame = (a: KubeObject, b: KubeObject): boolean => a.kind === b.kind && a.metadata.name === b.metadata.name;

/** What a write changed, besides the version. */
function differences(before: TrafficObjects, after: TrafficObjects) {
  const plain = (objects: TrafficObjects) =>
    structuredClone(objects).map((object) => ({ ...object, metadata: { ...object.metadata, resourceVersion: '' } }));
  return jsonPatch.compare(plain(before), plain(after)) as { op: string; path: string; value?: unknown }[];
}

const missing = (wanted: TrafficObjects, present: TrafficObjects): TrafficObjects =>
  wanted.filter((object) => !present.some((entry) => isDeepStrictEqual(entry, object)));

/** All that another Deployment of the namespace has. */
function othersOf(bench: Bench): TrafficObjects {
  const { deployment } = bench.wish;
  const other = { ...deployment, metadata: { ...deployment.metadata, name: 'redis', uid: 'uid-redis' } };
  const app = service('redis');
  const hosts = { stable: 'redis', canary: 'redis-canary' };
  const services = { stable: app, canary: canaryService(other, app, LABEL) };
  const theirs = bench.wanting({ ...bench.wish, deployment: other, hosts, services });
  return theirs.at(theirs.prepared([]), 20);
}

/** What is known of a Deployment that is gone. */
function withoutDeployment({ deployment: { metadata }, hosts, clusterDomain }: TrafficWish): TrafficWish {
  const { name, namespace = '' } = metadata;
  return {
    hosts,
    clusterDomain,
    deployment: { metadata: { name, namespace }, spec: { selector: {}, template: { spec: { containers: [] } } } },
    service: { portName: 'http', hosts: [], gateways: [] },
  };
}
