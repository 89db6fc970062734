import t from 'tap';
import { Store } from '../../../src/cluster/store.ts';
import type { Deployment, KubeObject } from '../../../src/rollout/kube.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { Claimants } from '../../../src/scheduler/tick/claimants.ts';
import { annotatedHosts } from '../../../src/scheduler/tick/host-claims.ts';
import { readPlan } from '../../../src/scheduler/tick/plan.ts';
import { Records } from '../../../src/scheduler/world/records.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import * as make from '../../build.ts';
import { own } from '../../traffic/istio/routes.ts';

const HOST = 'api.example.com';

/** An app that claims the host by its annotations, for all requests. */
function app(name: string): Deployment {
  const deployment = make.deployment('1.0', make.annotated({ 'headgate.dev/hosts': HOST }));
  return { ...deployment, metadata: { ...deployment.metadata, name, uid: `uid-${name}` } };
}

function recordOf({ metadata: { name, namespace } }: Deployment, created: number, status?: object): Canary {
  const metadata = { name, namespace: namespace ?? '', uid: `record-${name}`, creationTimestamp: make.at(created) };
  const spec = { targetRef: { name }, service: { port: 80, hosts: [HOST] } };
  return { ...{ apiVersion: 'headgate.dev/v1', kind: 'Canary', metadata, spec }, ...(status && { status }) } as Canary;
}

function routeOf(deployment: Deployment, created: number): KubeObject {
  const wish = make.trafficWishOf({ hosts: [HOST] });
  const route = own({ ...wish, deployment }, 0);
  return { ...route, metadata: { ...route.metadata, creationTimestamp: make.at(created) } };
}

interface Known {
  deployments: Deployment[];
  records: Canary[];
  routes?: KubeObject[];
}

/** By whom the host is taken from the first of the Deployments. */
function takenBy({ deployments, records: all, routes = [] }: Known): string[] {
  const enrolled = new Store<Deployment>({ indexes: { host: annotatedHosts } });
  for (const deployment of deployments) enrolled.put(deployment);
  const records = new Records(() => undefined);
  for (const record of all) records.put(record);
  const labelled = (key: string) => routes.filter(({ metadata }) => key.endsWith(`/${metadata.name}`));
  const [first] = deployments;
  if (first === undefined) throw new Error('no Deployment');
  const reading = readPlan(first, (name) => records.get(`${make.NAMESPACE}/${name}`));
  if (reading.kind !== 'planned') throw new Error(JSON.stringify(reading));
  const claimants = new Claimants({ enrolled, records, traffic: { labelled } }, istio);
  return claimants.taken(first, reading.plan).map(({ owner }) => owner.canary);
}

const [young, old] = [app('young'), app('old')];
const both = { deployments: [young, old], records: [recordOf(young, 5), recordOf(old, 1)] };
const OLD = [`${make.NAMESPACE}/old`];
const REFUSED = { conditions: [{ type: 'Enrolled', status: 'False' }] };

const rows: Record<string, [Known, string[]]> = {
  'by the older record': [both, OLD],
  'by nobody of those who came later': [{ ...both, deployments: [old, young] }, []],
  'by nobody, where it is served already': [{ ...both, routes: [routeOf(young, 7)] }, []],
  'by whoever has served it longer': [{ ...both, routes: [routeOf(young, 7), routeOf(old, 6)] }, OLD],
  'by one whose record was made again': [
    { ...both, records: [recordOf(young, 5), recordOf(old, 90)], routes: [routeOf(old, 2)] },
    OLD,
  ],
  'by one whose record is gone for the moment': [
    { ...both, records: [recordOf(young, 5)], routes: [routeOf(old, 2)] },
    OLD,
  ],
  'by no Canary of a Deployment that is not enrolled': [{ ...both, deployments: [young] }, []],
  'by none that was refused': [{ ...both, records: [recordOf(young, 5), recordOf(old, 1, REFUSED)] }, []],
  'by none whose Deployment is being deleted': [
    { ...both, deployments: [young, { ...old, metadata: { ...old.metadata, deletionTimestamp: make.at(9) } }] },
    [],
  ],
};
for (const [what, [known, expected]] of Object.entries(rows)) t.same(takenBy(known), expected, `taken ${what}`);
