import { KINDS, pathOf } from '../cluster/kinds.ts';
import { CANARY } from '../rollout/keys.ts';
import type { Deployment, KubeObject } from '../rollout/kube.ts';
import { type Canary, targetName } from '../rollout/machine/canary.ts';
import { readOptIn } from '../rollout/spec/annotations/opt-in.ts';
import { readyReplicas } from '../rollout/workload/rollout-status.ts';
import type { Connection } from './connection.ts';
import { pathName, viewOf } from './view.ts';

/** What a command needs to be taken up. `hidden`: this person may not see it. */
export interface DelaySurroundings {
  canary: Canary | undefined;
  deployment: Deployment | 'hidden' | undefined;
  schedulers: readonly Deployment[] | 'hidden';
}

/** The labels that the chart gives to the scheduler's Deployment. */
const SCHEDULERS = 'app.kubernetes.io/name=headgate,app.kubernetes.io/component=scheduler';

/** Three reads, of which none has to be allowed. */
export async function gatherDelay({ client, namespace }: Connection, name: string): Promise<DelaySurroundings> {
  const seen = <T>(reading: Promise<T>): Promise<T | 'hidden'> => reading.catch(() => 'hidden' as const);
  const found = await seen(client.find<Canary>(pathOf(KINDS.canaries, namespace, name)));
  const canary = found === 'hidden' ? undefined : found;
  const [deployment, schedulers] = await Promise.all([
    seen(client.find<Deployment>(pathOf(KINDS.deployments, namespace, canary ? targetName(canary) : name))),
    seen(client.listAll<Deployment>(pathOf(KINDS.deployments), { labelSelector: SCHEDULERS })),
  ]);
  return { canary, deployment, schedulers: schedulers === 'hidden' ? 'hidden' : schedulers.items };
}

/** What keeps a command from being taken up, each as a sentence with what to do; never empty. */
export function delayReasons({ canary, deployment, schedulers }: DelaySurroundings): string[] {
  if (canary === undefined) return ['its Canary cannot be read any more'];
  const reasons = [...targetReasons(canary, deployment), ...schedulerReasons(canary, schedulers)];
  return reasons.length > 0 ? reasons : [lookIntoLog(canary, schedulers)];
}

/** Only what is enrolled, with settings that can be followed, is looked at. */
function targetReasons(canary: Canary, deployment: DelaySurroundings['deployment']): string[] {
  const target = targetName(canary);
  if (deployment === undefined) return [`there is no Deployment ${target} in namespace ${canary.metadata.namespace}`];
  const { enrolled, reason, message } = viewOf(canary);
  if (!enrolled) return [`Deployment ${target} is not released by this Canary: ${message}`];
  if (reason === 'InvalidSpec') return [`its settings cannot be followed: ${message}`];
  if (deployment === 'hidden') return [];
  const optIn = readOptIn(deployment.metadata.annotations?.[CANARY] ?? '');
  if (optIn.state === 'canary' && optIn.name !== canary.metadata.name)
    return [`Deployment ${target} is released by Canary ${optIn.name}, which ${CANARY} names`];
  return optIn.state === 'unclear' ? [`Deployment ${target} is not enrolled: its ${CANARY} ${optIn.message}`] : [];
}

const spotOf = ({ metadata }: KubeObject): string => `${metadata.name} in namespace ${metadata.namespace}`;

function schedulerReasons({ metadata }: Canary, schedulers: DelaySurroundings['schedulers']): string[] {
  if (schedulers === 'hidden') return ['whether headgate-scheduler runs is not yours to see: ask who runs Headgate'];
  if (schedulers.length === 0) return [`headgate-scheduler is not in this cluster (no Deployment has ${SCHEDULERS})`];
  const ready = schedulers.filter((scheduler) => readyReplicas(scheduler) > 0);
  if (ready.length === 0) return schedulers.map(unready);
  const { namespace = '' } = metadata;
  const isLooking = (scheduler: Deployment): boolean => {
    const names = namespacesOf(scheduler);
    return names.length === 0 || names.includes(namespace);
  };
  if (ready.some(isLooking)) return [];
  return ready.map((scheduler) => `${spotOf(scheduler)} looks at ${namespacesOf(scheduler).join(', ')} alone`);
}

const unready = (scheduler: Deployment): string =>
  `${spotOf(scheduler)} has 0 of ${scheduler.spec.replicas ?? 1} pods ready: kubectl get pods -n ${scheduler.metadata.namespace} -l ${SCHEDULERS}`;

interface Variable {
  name: string;
  value?: string;
}

/** Those that a scheduler is told to look at; empty: all. */
const namespacesOf = ({ spec }: Deployment): string[] =>
  spec.template.spec.containers
    .flatMap(({ env }) => (env ?? []) as Variable[])
    .filter(({ name }) => name === 'HEADGATE_NAMESPACES')
    .flatMap(({ value = '' }) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');

function lookIntoLog(canary: Canary, schedulers: DelaySurroundings['schedulers']): string {
  const [scheduler] = schedulers === 'hidden' ? [] : schedulers;
  const { name = '', namespace = '' } = scheduler?.metadata ?? {};
  return `${name} runs, and its log says what keeps it: kubectl logs -n ${namespace} deployment/${name} --since=5m | grep ${pathName(viewOf(canary))}`;
}
