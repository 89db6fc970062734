import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openRig, waitFor } from '../rig/rig.ts';
import { flagger } from './beside/flagger.ts';
import { applyAll, create, type FleetApp, NAMESPACES, placesFor, untilAll } from './beside/fleet.ts';
import { headgate } from './beside/headgate.ts';
import { type Observed, type Requests, summary } from './beside/measures.ts';
import { rollouts } from './beside/rollouts.ts';
import { Sightings } from './beside/sightings.ts';
import { StubPrometheus } from './beside/stub-prometheus.ts';
import { DEPLOYMENT, REHEARSED, VERSIONS } from './beside/subject.ts';
import { UsageWatch } from './beside/usage.ts';
import { deploymentOf, installRoutes, keyOf } from './support/apps.ts';
import { deliver } from './support/results.ts';
import { figure } from './table/words.ts';

/** One controller, so many apps of hollow pods, and one release of each of them, begun by one `kubectl apply`. */
const SUBJECTS = { headgate, flagger, rollouts };
const { values } = parseArgs({
  options: {
    subject: { type: 'string', default: 'headgate' },
    apps: { type: 'string', default: '100' },
    interval: { type: 'string', default: '10' },
    idle: { type: 'string', default: '30' },
    /** Whether one apply is timed first without any controller. */
    bare: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const intervalMs = Number(values.interval) * 1_000;
const idleMs = Number(values.idle) * 1_000;
const count = Number(values.apps);
/** Whoever has just taken an app has a last word to write of it. */
const SETTLE_MS = 5_000;
const ENROL_MS = 60_000 + count * 1_000;
const RELEASE_MS = 240_000 + count * 1_000;

const rig = openRig();
const prometheus = new StubPrometheus();
const subject = await SUBJECTS[values.subject as keyof typeof SUBJECTS](rig, prometheus.url, intervalMs);

/** Before the controller is there: the same Deployments, which then stay as they are. */
async function applyBare(): Promise<number> {
  const apps = await placesFor(rig, count);
  const objectsOf = ({ name, replicas }: FleetApp) => [{ ...DEPLOYMENT, object: deploymentOf({ replicas })(name) }];
  await create(rig, apps, objectsOf);
  const took = await applyAll(rig, apps, VERSIONS[1], objectsOf);
  const isOld = ({ spec, status }: { [field: string]: any }): boolean => status?.updatedReplicas !== spec.replicas;
  const path = '/apis/apps/v1/deployments';
  const rolledOut = async () => !(await rig.api.list(path)).some(isOld);
  await waitFor('the plain Deployments to be rolled out', rolledOut, { timeoutMs: ENROL_MS, everyMs: 1_000 });
  return took;
}

/** When the change of each app came to the API server. */
function changesSince(sinceMs: number): Map<string, number> {
  const resource = /^(?:deployments|rollouts)$/;
  const writes = rig.audit.find({ sinceMs, verb: 'patch', resource, userAgent: /^kubectl\// });
  return new Map(writes.map((write) => [keyOf(write), write.at]));
}

/** Requests of the controller: those of apps, and those that there would be without any. */
function requestsSince(sinceMs: number): Requests {
  const all = rig.audit.find({ userAgent: subject.userAgent, sinceMs });
  const ofApps = all.filter(({ namespace }) => namespace.startsWith(NAMESPACES)).length;
  return { ofApps, others: all.length - ofApps };
}

const untilReleased = (apps: readonly FleetApp[], states: Sightings['states'], image: string): Promise<void> =>
  untilAll(apps, states, (state) => subject.isReleased(state, image), {
    what: `all apps to be released with ${image}`,
    timeoutMs: RELEASE_MS,
  });

async function rehearse(apps: readonly FleetApp[], states: Sightings['states']): Promise<void> {
  const { rehearsed } = subject;
  if (rehearsed === undefined) return;
  await applyAll(rig, apps, REHEARSED, (app) => rehearsed(app, app.replicas));
  await untilReleased(apps, states, REHEARSED);
}

async function measure(sightings: Sightings, apps: readonly FleetApp[]): Promise<Observed> {
  const { states } = sightings;
  await create(rig, apps, (app) => subject.objectsOf(app, app.replicas));
  await untilAll(apps, states, subject.isEnrolled, { what: 'all apps to be enrolled', timeoutMs: ENROL_MS });
  await rehearse(apps, states);
  await sleep(SETTLE_MS);
  const idleFrom = Date.now();
  const resting = new UsageWatch(subject.pids());
  await sleep(idleMs);
  const idle = resting.stop();
  const idleRequests = requestsSince(idleFrom);
  const from = Date.now();
  const working = new UsageWatch(subject.pids());
  const applySeconds = await applyAll(rig, apps, VERSIONS[1], (app) => subject.objectsOf(app, app.replicas));
  await untilReleased(apps, states, VERSIONS[1]);
  const busy = working.stop();
  const requests = requestsSince(from);
  const changes = changesSince(from);
  return { apps, sightings, changes, idle, idleRequests, busy, requests, applySeconds, from, to: Date.now() };
}

async function run(): Promise<void> {
  await installRoutes(rig);
  await prometheus.start();
  const bareSeconds = values.bare ? await applyBare() : Number.NaN;
  await subject.start();
  const apps = await placesFor(rig, count);
  const sightings = new Sightings(rig, subject.states);
  const measures = { ...summary(await measure(sightings, apps), intervalMs), 'bare apply': bareSeconds };
  await sightings.stop();
  for (const [name, value] of Object.entries(measures)) console.log(`  ${name}: ${figure(value)}`);
  deliver(values.json, measures);
}

try {
  await run();
} finally {
  await subject.stop();
  prometheus.stop();
  await rig.close();
}
