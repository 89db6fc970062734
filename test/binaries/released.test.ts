import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { sha256Of } from '../rig/binaries/checksums.ts';
import { Progress } from '../rig/binaries/progress.ts';
import { ReleasedPrograms, type Releases } from '../rig/binaries/released.ts';
import type { Release } from '../rig/binaries/releases.ts';
import { type Patience, Web } from '../rig/binaries/web.ts';
import { type Content, Publisher } from './publisher.ts';

const PROGRAM = '#!/bin/sh\necho kubectl\n';
const PATIENT: Patience = { askMs: 20_000, stallMs: 20_000, wholeMs: 20_000 };

const publisher = await new Publisher().start();
t.teardown(() => publisher.stop());
t.beforeEach(() => {
  for (const path of Object.keys(publisher.files)) delete publisher.files[path];
  publisher.asked.length = 0;
});

const kubectl: Release = {
  form: 'file',
  version: 'v1',
  url: `${publisher.url}/{version}/{arch}/kubectl`,
  checksums: `${publisher.url}/{version}/{arch}/kubectl.sha256`,
  sha256: {},
};

/** One fetch into `dir`: what came of it, and what a person was told. */
async function fetchInto(dir: string, table: Releases, patience = PATIENT) {
  const out = new PassThrough();
  const released = new ReleasedPrograms(table, 'amd64', dir);
  const names = Object.keys(table) as (keyof Releases)[];
  const found = await released.fetch(names, new Progress(out as never), new Web(patience));
  return { found, released, told: String(out.read()), left: readdirSync(dir).filter((name) => name !== '.lock') };
}

function publish(content: Content = PROGRAM, digest = sha256Of(PROGRAM)): void {
  publisher.files['/v1/amd64/kubectl'] = content;
  publisher.files['/v1/amd64/kubectl.sha256'] = digest;
}

t.test('a file is fetched, checked, kept by version and digest, and not asked for again', async (t) => {
  publish();
  const dir = t.testdir();
  const { found, released, told } = await fetchInto(dir, { kubectl });
  const entry = `kubectl-v1-amd64-${sha256Of(PROGRAM).slice(0, 16)}`;
  t.same(found, { kubectl: join(dir, entry, 'kubectl') });
  t.equal(String(execFileSync(found.kubectl ?? '')), 'kubectl\n', 'it can be run');
  t.match(told, 'kubectl v1, as released');
  t.equal(released.cached('kubectl'), found.kubectl);

  publisher.asked.length = 0;
  t.same((await fetchInto(dir, { kubectl })).found, found, 'as for a second run that waited for the first one');
  t.same(publisher.asked, []);

  const pinned = (sha256: string): Releases => ({ kubectl: { ...kubectl, sha256: { amd64: sha256 } } });
  const known = (table: Releases) => new ReleasedPrograms(table, 'amd64', dir).cached('kubectl');
  t.equal(known(pinned(sha256Of(PROGRAM))), found.kubectl);
  t.equal(known(pinned(sha256Of('another'))), undefined, 'another digest is another program');
  t.equal(known({ kubectl: { ...kubectl, version: 'v2' } }), undefined, 'another version as well');
});

t.test('redirects are followed', async (t) => {
  publish((answer) => answer.writeHead(302, { location: '/elsewhere' }).end());
  publisher.files['/elsewhere'] = PROGRAM;
  const { found } = await fetchInto(t.testdir(), { kubectl });
  t.equal(readFileSync(found.kubectl ?? '', 'utf8'), PROGRAM);
});

t.test('what is not what it must be is refused, and nothing of it stays', async (t) => {
  const half = (answer: ServerResponse): void => {
    answer.writeHead(200, { 'content-length': PROGRAM.length });
    answer.write(PROGRAM.slice(0, 5), () => answer.destroy());
  };
  const stalling = (answer: ServerResponse): void => void answer.writeHead(200).write(PROGRAM.slice(0, 5));
  const short = { ...PATIENT, stallMs: 100 };
  const cases: [what: string, prepare: () => void, told: RegExp, patience?: Patience][] = [
    ['another checksum', () => publish('something else'), /has the SHA-256 [0-9a-f]{64}, not /],
    ['a file that breaks off', () => publish(half), /127\.0\.0\.1:\d+ cannot be read/],
    ['a file that stalls', () => publish(stalling), /cannot be read \(.*[Tt]imeout/, short],
    ['a file that is not there', () => delete publisher.files['/v1/amd64/kubectl'], /kubectl answers 404/],
    ['no checksum', () => publish(PROGRAM, '<html>'), /no SHA-256 of kubectl/],
  ];
  for (const [what, prepare, message, patience] of cases) {
    publish();
    prepare();
    const { found, told, left } = await fetchInto(t.testdir(), { kubectl }, patience);
    t.same(found, {}, what);
    t.match(told, message, what);
    t.same(left, [], what);
  }
});

t.test('a checksum that is not the pinned one is refused before anything is fetched', async (t) => {
  publish();
  const table = { kubectl: { ...kubectl, sha256: { amd64: sha256Of('pinned') } } };
  const { found, told } = await fetchInto(t.testdir(), table);
  t.same(found, {});
  t.match(told, `but ${sha256Of('pinned')} is pinned`);
  t.same(publisher.asked, ['/v1/amd64/kubectl.sha256']);
});

t.test('a project that does not answer in time is done without, and others are not', async (t) => {
  publish();
  publisher.files['/silent'] = () => {};
  const etcd: Release = { ...kubectl, checksums: `${publisher.url}/silent` };
  const { found, told } = await fetchInto(t.testdir(), { etcd, kubectl }, { ...PATIENT, askMs: 1_000 });
  t.same(Object.keys(found), ['kubectl']);
  t.match(told, /no release of etcd, so built instead: .*timeout/);
});

t.test('a machine of another kind asks nobody', async (t) => {
  const released = new ReleasedPrograms({ kubectl }, undefined, t.testdir());
  t.same(await released.fetch(['kubectl'], new Progress(new PassThrough() as never), new Web()), {});
  t.equal(released.cached('kubectl'), undefined);
  t.same(publisher.asked, []);
});

/** A gzipped tar archive with these files. */
function tarOf(dir: string, files: Record<string, string>): Buffer {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(dir, dirname(path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  return execFileSync('tar', ['-czC', dir, ...Object.keys(files)]);
}

t.test('a program is taken out of an archive', async (t) => {
  const etcd: Release = {
    form: 'archive',
    version: 'v1',
    url: `${publisher.url}/etcd-{version}-{arch}.tar.gz`,
    checksums: `${publisher.url}/SHA256SUMS`,
    member: 'etcd-{version}/etcd',
    sha256: {},
  };
  const archive = tarOf(t.testdir(), { 'etcd-v1/README': 'no program', 'etcd-v1/etcd': PROGRAM });
  publisher.files['/etcd-v1-amd64.tar.gz'] = archive;
  publisher.files['/SHA256SUMS'] = `${sha256Of('')}  other.tar.gz\n${sha256Of(archive)}  etcd-v1-amd64.tar.gz\n`;
  const { found, left } = await fetchInto(t.testdir(), { etcd });
  t.equal(readFileSync(found.etcd ?? '', 'utf8'), PROGRAM);
  t.ok(statSync(found.etcd ?? '').mode & 0o100, 'it can be run');
  t.equal(left.length, 1);
  t.same(readdirSync(dirname(found.etcd ?? '')), ['etcd'], 'and the archive is gone');

  const other = await fetchInto(t.testdir(), { etcd: { ...etcd, member: 'etcd-{version}/etcdctl' } });
  t.same(other.left, []);
  t.match(other.told, 'has no etcd-v1/etcdctl');
});

t.test('a program is taken out of the layer of an image', async (t) => {
  const layers = [
    tarOf(t.testdir({}), { 'etc/large': 'x'.repeat(9) }),
    tarOf(t.testdir({}), { './usr/local/bin/pilot-discovery': PROGRAM }),
  ];
  const manifest = JSON.stringify({
    layers: layers.map((layer, at) => ({ digest: `sha256:${sha256Of(layer)}`, size: 10 - at })),
  });
  const platform = { os: 'linux', architecture: 'amd64' };
  const index = JSON.stringify({ manifests: [{ digest: `sha256:${sha256Of(manifest)}`, platform }] });
  const guarded =
    (content: string | Buffer): Content =>
    (answer, { headers }) => {
      const realm = `Bearer realm="${publisher.url}/token",service="here",scope="pull"`;
      if (headers.authorization === 'Bearer secret') answer.end(content);
      else answer.writeHead(401, { 'www-authenticate': realm }).end();
    };
  const v2 = '/v2/istio/pilot';
  publisher.files['/token?service=here&scope=pull'] = '{"token":"secret"}';
  publisher.files[`${v2}/manifests/1.0`] = guarded(index);
  publisher.files[`${v2}/manifests/sha256:${sha256Of(manifest)}`] = guarded(manifest);
  for (const layer of layers) publisher.files[`${v2}/blobs/sha256:${sha256Of(layer)}`] = guarded(layer);
  const image: Release = {
    form: 'image',
    version: '1.0',
    registry: publisher.url,
    repository: 'istio/pilot',
    tag: '{version}',
    member: 'usr/local/bin/pilot-discovery',
    sha256: { amd64: sha256Of(manifest) },
  };
  const { found } = await fetchInto(t.testdir(), { 'pilot-discovery': image });
  t.equal(readFileSync(found['pilot-discovery'] ?? '', 'utf8'), PROGRAM);

  publisher.files[`${v2}/manifests/sha256:${sha256Of(manifest)}`] = guarded(`${manifest} `);
  const forged = await fetchInto(t.testdir(), { 'pilot-discovery': image });
  t.match(forged.told, 'is not the one of its digest');
  t.same(forged.left, []);
});

t.test("the environment's proxy is used", async (t) => {
  publish();
  t.intercept(process, 'env', { value: { ...process.env, http_proxy: publisher.url, no_proxy: '' } });
  const elsewhere = (url: string): string => url.replace(publisher.url, 'http://dl.example.invalid');
  const table = { kubectl: { ...kubectl, url: elsewhere(kubectl.url), checksums: elsewhere(kubectl.checksums) } };
  const { found } = await fetchInto(t.testdir(), table);
  t.equal(readFileSync(found.kubectl ?? '', 'utf8'), PROGRAM);
  t.same(publisher.asked, [
    elsewhere(`${publisher.url}/v1/amd64/kubectl.sha256`),
    elsewhere(`${publisher.url}/v1/amd64/kubectl`),
  ]);
});
