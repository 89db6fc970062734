import { isForbidden } from '../cluster/errors.ts';
import { KINDS, pathOf } from '../cluster/kinds.ts';
import { CANARY } from '../rollout/keys.ts';
import type { Deployment } from '../rollout/kube.ts';
import { type Canary, targetName } from '../rollout/machine/canary.ts';
import { type OptIn, readOptIn } from '../rollout/spec/annotations/opt-in.ts';
import { hint } from '../rollout/spec/wording/suggest.ts';
import { revisionOf } from '../rollout/workload/template.ts';
import type { Connection } from './connection.ts';
import { Failure } from './exit.ts';

const canaryAt = ({ client, namespace }: Connection, name: string): Promise<Canary | undefined> =>
  client.find<Canary>(pathOf(KINDS.canaries, namespace, name));

const deploymentAt = ({ client, namespace }: Connection, name: string): Promise<Deployment | undefined> =>
  client.find<Deployment>(pathOf(KINDS.deployments, namespace, name));

/** Undefined as well where the Deployment must not be read: a right to Canaries is enough for everything here. */
const readableDeployment = (connection: Connection, name: string): Promise<Deployment | undefined> =>
  deploymentAt(connection, name).catch((error: unknown) => {
    if (isForbidden(error)) return undefined;
    throw error;
  });

/** Revision of the template that the Canary's Deployment has now; undefined if it is gone or must not be read. */
export async function templateRevision(connection: Connection, canary: Canary): Promise<string | undefined> {
  const deployment = await readableDeployment(connection, targetName(canary));
  return deployment && revisionOf(deployment.spec.template);
}

/** A Canary, or the one that is to come, or why there is none. */
export type CanaryLookup =
  | { state: 'found'; canary: Canary }
  | { state: 'awaited'; name: string; deployment: Deployment; why: string }
  | { state: 'missing'; why: string };

/** The Canary of that name, or the one of the Deployment of that name. */
export async function lookUp(connection: Connection, name: string): Promise<CanaryLookup> {
  const canary = await canaryAt(connection, name);
  if (canary !== undefined) return { state: 'found', canary };
  const deployment = await readableDeployment(connection, name);
  const optIn = readOptIn(deployment?.metadata.annotations?.[CANARY] ?? '');
  const settings = optIn.state === 'canary' ? await canaryAt(connection, optIn.name) : undefined;
  if (settings !== undefined) return { state: 'found', canary: settings };
  const lacking = `there is no Canary ${optIn.state === 'canary' ? optIn.name : name} in namespace ${connection.namespace}`;
  if (deployment === undefined) return { state: 'missing', why: `${lacking}; ${await present(connection, name)}` };
  return fromDeployment(deployment, optIn, lacking);
}

function fromDeployment(deployment: Deployment, optIn: OptIn, lacking: string): CanaryLookup {
  const { name, namespace, annotations } = deployment.metadata;
  if (annotations?.[CANARY] === undefined) {
    const enroll = `kubectl annotate deployment/${name} -n ${namespace} ${CANARY}=true`;
    return { state: 'missing', why: `${lacking}: Deployment ${name} is not enrolled; to enroll it: ${enroll}` };
  }
  switch (optIn.state) {
    case 'annotations': {
      const why = `${lacking} yet; the scheduler makes it for Deployment ${name}, which is enrolled (is it running?)`;
      return { state: 'awaited', name, deployment, why };
    }
    case 'canary':
      return { state: 'awaited', name: optIn.name, deployment, why: `${lacking}, though Deployment ${name} names it` };
    case 'unclear':
      return { state: 'missing', why: `${lacking}: ${CANARY} of Deployment ${name} ${optIn.message}` };
  }
}

/** Like lookUp, for commands that can do nothing without. @throws Failure */
export async function findCanary(connection: Connection, name: string): Promise<Canary> {
  const found = await lookUp(connection, name);
  if (found.state === 'found') return found.canary;
  throw new Failure(found.why);
}

async function present({ client, namespace }: Connection, name: string): Promise<string> {
  const { items } = await client.list<Canary>(pathOf(KINDS.canaries, namespace), { limit: 50 });
  if (items.length === 0) return 'it has none at all; -n chooses another namespace';
  return hint(
    name,
    items.map((item) => item.metadata.name),
  );
}
