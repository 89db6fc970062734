import t from 'tap';
import { isRollingBack } from '../../../src/rollout/machine/roll-back.ts';
import { deployment, recreate, spec } from '../../build.ts';
import { Simulation } from '../../simulation.ts';

interface Stopped {
  /** Traffic of the canary when another worker had failed the release, and the most that it had after that. */
  traffic?: number;
  /** The gate was open: the traffic follows the Deployment, which rolls back. */
  rollsBack: boolean;
  most: number;
  phase: string;
  /** The mark is gone again at the end. */
  isTidy: boolean;
}

/**
 * A worker is stopped right before one of its writes, and another one fails the release meanwhile; then it does what it was about
 * to do. Undefined when it has no such write.
 */
function stoppedBefore(write: number, object = deployment()): Stopped | undefined {
  const simulation = Simulation.ready(spec(), object);
  const { cluster, ticker } = simulation;
  const other = simulation.colleague();
  let writes = 0;
  let traffic: number | undefined;
  let most = 0;
  let rollsBack = false;
  ticker.onRound = () => {
    if (traffic !== undefined) most = Math.max(most, cluster.traffic.weight);
  };
  ticker.onWrite = () => {
    writes += 1;
    if (writes !== write) return;
    simulation.command('abort', 'stop');
    other.run();
    if (simulation.release?.outcome !== 'failed') return;
    if (isRollingBack(simulation.release)) rollsBack = true;
    else traffic = cluster.traffic.weight;
  };
  simulation.setImage('2.0');
  simulation.advance(300_000);
  if (writes < write) return undefined;
  const isTidy = cluster.route?.metadata.annotations?.['headgate.dev/fence'] === undefined;
  return { ...(traffic !== undefined && { traffic }), rollsBack, most, phase: simulation.state.phase, isTidy };
}

for (const [name, object] of Object.entries({
  'rolling update': deployment(),
  recreate: deployment('1.0', recreate),
})) {
  let stops = 0;
  for (let write = 1; ; write += 1) {
    const found = stoppedBefore(write, object);
    if (found === undefined) break;
    if (found.rollsBack) t.equal(found.phase, 'Failed', `${name}, write ${write}: what was promoted is rolled back`);
    if (found.traffic === undefined) continue;
    stops += 1;
    t.equal(found.traffic, 0, `${name}, write ${write}: all traffic is back when the release has failed`);
    t.equal(found.most, 0, `${name}, write ${write}: the worker that was stopped gives none to the canary`);
    t.equal(found.phase, 'Failed', `${name}, write ${write}: the release stays failed`);
    t.ok(found.isTidy, `${name}, write ${write}: no mark stays`);
  }
  t.ok(stops > 5, `${name}: it was stopped before ${stops} writes`);
}
