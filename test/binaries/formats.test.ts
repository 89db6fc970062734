import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { publishedSha256, sha256Of } from '../rig/binaries/checksums.ts';
import { executableOf } from '../rig/binaries/make.ts';
import { layersOf, manifestOf, tokenOf, tokenUrl } from '../rig/binaries/oci.ts';
import { controlPlane, dataPlane, pinnedKubernetes, toolsDir } from '../rig/binaries/programs.ts';
import { ARCHITECTURES, architecture, filledIn, type Release, releases } from '../rig/binaries/releases.ts';
import { leavesTls } from '../rig/binaries/web.ts';

const A = sha256Of('a');
const B = sha256Of('b');

t.test('a checksum file is a digest alone, or lines of sha256sum', async (t) => {
  t.equal(publishedSha256(A, 'kubectl'), A);
  t.equal(publishedSha256(`${A}\n`, 'kubectl'), A);
  const lines = `${A}  etcd-v1-linux-arm64.tar.gz\n${B} *./etcd-v1-linux-amd64.tar.gz\r\n`;
  t.equal(publishedSha256(lines, 'etcd-v1-linux-amd64.tar.gz'), B);
  t.equal(publishedSha256(lines, 'etcd-v1-linux-arm64.tar.gz'), A);
  for (const other of ['', '<html>', A.slice(1), `${A}  v1-linux-amd64.tar.gz`, `${A}\n${B}`])
    t.throws(() => publishedSha256(other, 'etcd-v1-linux-amd64.tar.gz'), /no SHA-256 of etcd-v1-linux-amd64/, other);
});

t.test('a registry says where a token is, what an architecture has, and its layers', async (t) => {
  const challenge = 'Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull"';
  t.equal(tokenUrl(challenge), 'https://auth.example/token?service=registry&scope=repository%3Aa%2Fb%3Apull');
  t.throws(() => tokenUrl('Basic realm="https://auth.example"'), /something else than a token/);
  t.equal(tokenOf('{"token":"x"}'), 'x');
  t.equal(tokenOf('{"access_token":"y"}'), 'y');
  t.throws(() => tokenOf('{}'), /no token/);

  const entry = (digest: string, os: string, arch: string) => ({
    digest: `sha256:${digest}`,
    platform: { os, architecture: arch },
  });
  const index = JSON.stringify({
    manifests: [entry(B, 'windows', 'amd64'), entry(A, 'linux', 'amd64'), { digest: `sha256:${B}` }],
  });
  t.equal(manifestOf(index, 'amd64'), A);
  t.throws(() => manifestOf(index, 'arm64'), /not there for linux\/arm64/);
  t.throws(() => manifestOf('{"layers":[]}', 'amd64'));

  const layer = (digest: string, size: number) => ({ digest: `sha256:${digest}`, size });
  t.same(layersOf(JSON.stringify({ layers: [layer(A, 1), layer(B, 2)] })), [B, A]);
  t.throws(() => layersOf(JSON.stringify({ layers: [{ digest: '../../etc/passwd', size: 1 }] })));
});

t.test('the table names what projects publish', async (t) => {
  t.equal(
    filledIn(releases.kubectl, 'arm64').url,
    `https://dl.k8s.io/release/${pinnedKubernetes().version}/bin/linux/arm64/kubectl`,
  );
  t.equal(filledIn(releases.etcd, 'amd64').member, `etcd-${releases.etcd.version}-linux-amd64/etcd`);
  t.same(['x64', 'arm64', 'riscv64'].map(architecture), ['amd64', 'arm64', undefined]);
  const etcd = readFileSync(join(toolsDir, 'etcd', 'go.mod'), 'utf8');
  t.match(etcd, `go.etcd.io/etcd/server/v3 ${releases.etcd.version} `, 'the version that is built');
  for (const [name, release] of Object.entries(releases) as [string, Release][]) {
    t.ok(
      [...controlPlane, ...dataPlane].some((known) => known === name),
      `${name}: of every rig`,
    );
    for (const arch of ARCHITECTURES) t.notMatch(JSON.stringify(filledIn(release, arch)), /[{]\w+[}]/);
    for (const digest of Object.values(release.sha256)) t.match(digest, /^[0-9a-f]{64}$/, `${name}: a SHA-256`);
    for (const address of Object.values(release).filter((value) => String(value).includes('://')))
      t.match(address, /^https:/, `${name}: by TLS`);
  }
});

t.test('no redirect leads out of TLS', async (t) => {
  t.ok(leavesTls('https://a/file', 'http://b/file'));
  t.notOk(leavesTls('https://a/file', 'https://b/file'));
  t.notOk(leavesTls('http://127.0.0.1/file', 'http://127.0.0.1/other'));
});

t.test('programs have the names that Go gives them', async (t) => {
  t.equal(executableOf('k8s.io/kubernetes/cmd/kubectl'), 'kubectl');
  t.equal(executableOf('go.etcd.io/etcd/server/v3'), 'server');
  t.equal(executableOf('helm.sh/helm/v4/cmd/helm'), 'helm');
});
