import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { type Gate, Subject } from './subject.ts';

const execute = promisify(execFile);

/** A chart of one Deployment whose image tag and one variable are values. */
const TEMPLATE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: podinfo
  annotations:
    headgate.dev/canary: "true"
spec:
  replicas: 1
  selector: {matchLabels: {app: podinfo}}
  template:
    metadata: {labels: {app: podinfo}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: podinfo
        image: podinfo:{{ .Values.tag }}
        ports: [{name: http, containerPort: 9898}]
        readinessProbe: {httpGet: {path: /readyz, port: 9898}, periodSeconds: 1}
        {{- if .Values.colour }}
        env: [{name: COLOUR, value: {{ .Values.colour }}}]
        {{- end }}
`;

function writeChart(dir: string): string {
  const chart = join(dir, 'chart');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: podinfo\nversion: 1.0.0\n');
  writeFileSync(join(chart, 'values.yaml'), 'tag: 1.4.0\ncolour: ""\n');
  writeFileSync(join(chart, 'templates', 'deployment.yaml'), TEMPLATE);
  return chart;
}

/** The real Helm, both of them: upgrades and rollbacks before, in and after a release. */
export async function helm(t: Test, gate: Gate): Promise<void> {
  for (const program of ['helm3', 'helm4']) {
    const missing = programMissing(gate, program);
    t.test(program, { skip: missing }, (t) => releases(t, gate, program));
  }
}

function programMissing({ rig }: Gate, program: string): string | false {
  try {
    return rig.program(program) ? false : `no ${program}`;
  } catch (error) {
    return String(error);
  }
}

async function releases(t: Test, gate: Gate, program: string): Promise<void> {
  const { rig } = gate;
  const subject = await Subject.empty(gate, program);
  const chart = writeChart(join(rig.file.dir, program));
  const run = async (...words: string[]): Promise<number> => {
    const before = performance.now();
    const env = { ...process.env, KUBECONFIG: rig.file.kubeconfig, HOME: join(rig.file.dir, program) };
    await execute(rig.program(program), [...words, '-n', subject.namespace], { env });
    return performance.now() - before;
  };
  const upgrade = (...values: string[]) =>
    run('upgrade', 'podinfo', chart, ...values.flatMap((value) => ['--set', value]));
  /** Image and variable that are asked for, and the tags that run. */
  const wanted = async (): Promise<string> => {
    const { spec } = await subject.get();
    const [container] = spec.template.spec.containers;
    return `${container.image} ${container.env?.[0]?.value ?? 'none'}, runs ${await subject.tags()}, ${spec.paused ? 'held' : 'open'}`;
  };
  await run('install', 'podinfo', chart);
  await subject.rolledOut();
  t.match((await subject.get()).metadata.labels, { 'headgate.dev/enrolled': 'true' });

  await upgrade('tag=1.4.1');
  t.equal(await wanted(), 'podinfo:1.4.1 none, runs 1.4.0, held', 'an upgrade');
  const waited = await run('upgrade', 'podinfo', chart, '--set', 'tag=1.4.1', '--wait');
  t.ok(waited < 20_000, 'Helm takes a paused Deployment as ready and does not wait');
  await upgrade('tag=1.4.2');
  t.equal(await wanted(), 'podinfo:1.4.2 none, runs 1.4.0, held', 'an upgrade in mid-release, of the image');
  await upgrade('tag=1.4.3', 'colour=blue');
  t.equal(await wanted(), 'podinfo:1.4.3 blue, runs 1.4.0, held', 'of image and variable');
  await upgrade('tag=1.4.0', 'colour=blue');
  t.equal(await wanted(), 'podinfo:1.4.0 blue, runs 1.4.0, held', 'of the image back, with the variable');
  await run('rollback', 'podinfo', '2');
  t.equal(await wanted(), 'podinfo:1.4.1 none, runs 1.4.0, held', 'a rollback in mid-release');
  await subject.lift();
  await subject.rolledOut();
  await run('rollback', 'podinfo', '1');
  t.equal(await wanted(), 'podinfo:1.4.0 none, runs 1.4.1, held', 'a rollback after the release');
  await subject.lift();
  await subject.rolledOut();
  t.equal(await wanted(), 'podinfo:1.4.0 none, runs 1.4.0, open');
}
