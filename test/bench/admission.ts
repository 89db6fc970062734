import { parseArgs } from 'node:util';
import { openRig } from '../rig/rig.ts';
import { Bench } from './admission/bench.ts';
import { measuresOf } from './admission/measures.ts';
import { report } from './admission/report.ts';
import { deliver } from './support/results.ts';

/** What Headgate adds to a change, beside what a webhook that does nothing adds. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    requests: { type: 'string', default: '64' },
    clients: { type: 'string', default: '8' },
    warmup: { type: 'string', default: '12' },
    json: { type: 'string' },
  },
});
const [rounds, requests, warmup] = [values.rounds, values.requests, values.warmup].map(Number) as [
  number,
  number,
  number,
];
const rig = openRig();
const levels = values.clients.split(',').map(Number);
const bench = new Bench(rig, { requests, mostClients: Math.max(...levels) });
try {
  await bench.start();
  await bench.warmUp(warmup);
  const results = [];
  for (const clients of levels) {
    results.push(await bench.measure(rounds, clients));
    console.log(report(results.at(-1)!));
  }
  deliver(values.json, measuresOf(results));
} finally {
  await bench.stop();
  await rig.close();
}
