import t, { type Test } from 'tap';
import { Product } from '../../rig/product.ts';
import { openRig } from '../../rig/rig.ts';
import { applying } from '../admission/applying.ts';
import { bounds } from '../admission/bounds.ts';
import { commands } from '../admission/commands.ts';
import { helm } from '../admission/helm.ts';
import { neighbours } from '../admission/neighbours.ts';
import { promotion } from '../admission/promotion.ts';
import { quiet } from '../admission/quiet.ts';
import { rights } from '../admission/rights.ts';
import { rotation } from '../admission/rotation.ts';
import { routesElsewhere } from '../admission/routes-elsewhere.ts';
import type { Gate } from '../admission/subject.ts';
import { tampering } from '../admission/tampering.ts';
import { undoing } from '../admission/undoing.ts';
import { words } from '../admission/words.ts';

/**
 * Every case of the gate on the real API server: the webhook and the policies from `manifests/`, and nobody who opens it.
 * What the scheduler would do is done with its account.
 */
const rig = openRig();
const product = new Product(rig, { schedulers: 0 });
await product.start();
const token = await rig.token('headgate', 'headgate-scheduler');
const gate: Gate = { rig, scheduler: rig.client({ userAgent: 'headgate-scheduler/test', token }) };
t.teardown(async () => {
  await product.stop();
  await rig.close();
});

/** Those that take longest come first. */
const SUITES: Record<string, (t: Test, gate: Gate) => Promise<void>> = {
  rotation,
  helm,
  applying,
  commands,
  promotion,
  undoing,
  tampering,
  rights,
  routesElsewhere,
  neighbours,
  quiet,
  words,
  bounds,
};

t.setTimeout(280_000);
t.jobs = 4;
for (const [name, suite] of Object.entries(SUITES)) {
  t.test(name, { buffered: true, timeout: 240_000 }, (t) => suite(t, gate));
}
