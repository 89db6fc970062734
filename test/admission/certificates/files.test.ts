import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { FileCertificates } from '../../../src/admission/certificates/file-source.ts';
import type { KeyPair } from '../../../src/admission/certificates/issue.ts';
import { createLog } from '../../../src/telemetry/log.ts';
import { certificates } from '../webhook.ts';

/** Exchanges the directory as the kubelet does: a link to another one, at once. */
function mount(dir: string, version: string, { cert, key }: KeyPair): void {
  const data = join(dir, version);
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'tls.crt'), cert);
  writeFileSync(join(data, 'tls.key'), key);
  rmSync(join(dir, 'current'), { force: true });
  symlinkSync(data, join(dir, 'current'));
}

t.test('mounted files are used, and used again when they change', async (t) => {
  const dir = t.testdir();
  const warned: string[] = [];
  const destination = { write: (line: string) => void warned.push(line) };
  const log = createLog({ level: 'warn', process: 'webhook', destination });
  const source = new FileCertificates({ dir: join(dir, 'current'), log, checkMs: 20 });
  const used: string[] = [];
  source.start(({ cert }) => void used.push(cert));
  t.teardown(() => source.stop());
  const until = async (count: number, what = used): Promise<void> => {
    for (let tries = 0; what.length < count && tries < 250; tries++) await sleep(20);
  };
  await until(1, warned);
  t.same(used, [], 'nothing is there yet');
  t.match(warned[0], /certificate files cannot be used/);
  const { leaves } = await certificates(3);
  const [first, second, third] = leaves as [KeyPair, KeyPair, KeyPair];
  mount(dir, 'v1', first);
  await until(1);
  mount(dir, 'half', { cert: second.cert, key: third.key });
  await sleep(80);
  t.same(used, [first.cert], 'a key of another certificate is left alone');
  mount(dir, 'v2', second);
  await until(2);
  t.same(used, [first.cert, second.cert]);
  await source.stop();
  mount(dir, 'v3', third);
  await sleep(60);
  t.equal(used.length, 2, 'not after the stop');
});
