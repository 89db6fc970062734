import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '../../rig/rig.ts';

const run = promisify(execFile);

/** Debian's programs have its own Python, whatever else is on the PATH. */
const PYTHON = '/usr/bin/python3';

/** A server of metrics at this machine, with a directory of its own. */
export class Store {
  readonly address: string;
  readonly #dir: string;
  readonly #child: ChildProcess;

  private constructor(address: string, dir: string, child: ChildProcess) {
    this.address = address;
    this.#dir = dir;
    this.#child = child;
  }

  /** InfluxDB, where nobody may ask who has not logged in. */
  static async influxdb(influxd: string, port: number): Promise<Store> {
    const dir = mkdtempSync(join(tmpdir(), 'influxdb-'));
    const file = join(dir, 'influxdb.conf');
    writeFileSync(file, influxdbSettings(dir, port));
    const child = spawn(influxd, ['run', '-config', file], { stdio: 'ignore' });
    return new Store(`http://127.0.0.1:${port}`, dir, child).#ready('/ping');
  }

  /** Graphite's web application over files in which every second has one of these values, the last of them just now. */
  static async graphite(
    manage: string,
    port: number,
    series: Readonly<Record<string, readonly number[]>>,
  ): Promise<Store> {
    const dir = mkdtempSync(join(tmpdir(), 'graphite-'));
    mkdirSync(join(dir, 'log'));
    writeFileSync(join(dir, 'settings_of_test.py'), graphiteSettings(dir));
    await run(PYTHON, ['-c', WRITE_SERIES, dir, JSON.stringify(series)]);
    const env = { ...process.env, GRAPHITE_SETTINGS_MODULE: 'settings_of_test', PYTHONPATH: dir };
    await run(manage, ['migrate', '--run-syncdb'], { env });
    const child = spawn(manage, ['runserver', '--noreload', `127.0.0.1:${port}`], { env, stdio: 'ignore' });
    return new Store(`http://127.0.0.1:${port}`, dir, child).#ready('/render?format=json');
  }

  stop(): void {
    this.#child.kill('SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #ready(path: string): Promise<this> {
    await waitFor(`an answer of ${this.address}`, async () => (await fetch(this.address + path)).status < 500, {
      timeoutMs: 60_000,
    });
    return this;
  }
}

const influxdbSettings = (dir: string, port: number): string => `
reporting-disabled = true
bind-address = "127.0.0.1:${port + 1}"
[meta]
  dir = "${dir}/meta"
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = true
`;

const graphiteSettings = (dir: string): string => `
SECRET_KEY = 'of a test'
STORAGE_DIR = '${dir}'
WHISPER_DIR = '${dir}/whisper'
STANDARD_DIRS = [WHISPER_DIR]
LOG_DIR = '${dir}/log'
INDEX_FILE = '${dir}/index'
CARBONLINK_HOSTS = []
DATABASES = {'default': {'NAME': '${dir}/graphite.db', 'ENGINE': 'django.db.backends.sqlite3'}}
`;

const WRITE_SERIES = `
import json, os, sys, time, whisper
directory, series = sys.argv[1], json.loads(sys.argv[2])
now = int(time.time())
for name, values in series.items():
    path = os.path.join(directory, 'whisper', *name.split('.')) + '.wsp'
    os.makedirs(os.path.dirname(path), exist_ok=True)
    whisper.create(path, [(1, 3600)])
    whisper.update_many(path, [(now - index, value) for index, value in enumerate(reversed(values))])
`;
