import { parseArgs } from 'node:util';
import { metricOf } from '../cluster/support/scheduler-metrics.ts';
import { Product } from '../rig/product.ts';
import { openRig, waitFor } from '../rig/rig.ts';
import { Clients } from './admission/clients.ts';
import { NoopWebhook } from './admission/noop.ts';
import { type Round, report } from './admission/report.ts';
import { deploy, isFrom, separate, VARIANTS, type Variant } from './admission/variants.ts';
import { cpuMs } from './support/process-usage.ts';

/**
 * What Headgate adds to a template change, beside what a webhook that does nothing adds. Short blocks of requests of each
 * variant take turns, so that whatever else the machine does meets all of them alike.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    requests: { type: 'string', default: '64' },
    clients: { type: 'string', default: '8' },
    warmup: { type: 'string', default: '12' },
  },
});
const [rounds, requests, count, warmup] = [values.rounds, values.requests, values.clients, values.warmup].map(
  Number,
) as [number, number, number, number];
/** So many that the controllers have seen a change before the next of the same Deployment comes. */
const DEPLOYMENTS = 64;

const rig = openRig();
// No scheduler: the variants without Headgate have none at work either.
const product = new Product(rig, { schedulers: 0, env: { HEADGATE_LOG_LEVEL: 'info' } });
const noop = new NoopWebhook(rig);
const clients = new Clients(rig, count);
const apiServerMs: Record<Variant, number> = { none: 0, 'no-op': 0, headgate: 0 };
let version = 0;

async function block(variant: Variant, paths: readonly string[]): Promise<number[]> {
  const before = cpuMs(rig.file.pids['apiserver'] ?? 0);
  const changes = Array.from({ length: requests }, () => {
    version += 1;
    return { path: paths[version % paths.length] ?? '', image: `hollow:2.0.${version}` };
  });
  const answers = await clients.setImages(changes);
  apiServerMs[variant] += cpuMs(rig.file.pids['apiserver'] ?? 0) - before;
  for (const { status, body } of answers) {
    if (status !== 200 || !isFrom(variant, JSON.parse(body))) throw new Error(`${variant}: ${status} ${body}`);
  }
  return answers.map((answer) => answer.ms);
}

/** Every variant once; who begins changes from round to round. */
async function round(number: number, paths: Readonly<Record<Variant, string[]>>): Promise<Round> {
  const times: Record<Variant, number[]> = { none: [], 'no-op': [], headgate: [] };
  for (const index of VARIANTS.keys()) {
    const variant = VARIANTS[(index + number) % VARIANTS.length] ?? 'none';
    times[variant] = await block(variant, paths[variant]);
  }
  return times;
}

async function usage(): Promise<Record<'no-op' | 'headgate', { cpuMs: number; calls: number }>> {
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  const reviews = product.webhooks.map((webhook) => metricOf(webhook, 'headgate_admission_duration_seconds_count'));
  return {
    'no-op': { cpuMs: sum(noop.pids.map(cpuMs)), calls: await noop.calls() },
    headgate: { cpuMs: sum(product.webhooks.map(({ pid }) => cpuMs(pid))), calls: sum(await Promise.all(reviews)) },
  };
}

async function measure(): Promise<string> {
  const paths = {
    none: await deploy(rig, 'none', DEPLOYMENTS),
    'no-op': await deploy(rig, 'no-op', DEPLOYMENTS),
    headgate: await deploy(rig, 'headgate', DEPLOYMENTS),
  };
  await waitFor('every variant to answer as it should', () => round(0, paths));
  for (let number = 1; number < warmup; number += 1) await round(number, paths);
  for (const variant of VARIANTS) apiServerMs[variant] = 0;
  const before = await usage();
  const measured: Round[] = [];
  for (let number = 0; number < rounds; number += 1) measured.push(await round(number, paths));
  const after = await usage();
  const sent = rounds * requests;
  const cost = (who: 'no-op' | 'headgate') => {
    const calls = after[who].calls - before[who].calls;
    return { cpuMs: (after[who].cpuMs - before[who].cpuMs) / calls, calls: calls / sent };
  };
  for (const variant of VARIANTS) apiServerMs[variant] /= sent;
  const costs = { 'no-op': cost('no-op'), headgate: cost('headgate') };
  return report({ rounds: measured, clients: count, costs, apiServerMs });
}

try {
  await product.start();
  await noop.start();
  await separate(rig, noop);
  console.log(await measure());
} finally {
  noop.stop();
  await clients.close();
  await product.stop();
  await rig.close();
}
