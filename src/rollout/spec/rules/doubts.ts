import type { Deployment } from '../../kube.ts';
import { portDoubt } from '../../workload/ports.ts';
import { annotationKey } from '../annotations/annotation-keys.ts';
import { readAnnotations } from '../annotations/annotations.ts';
import { queryDoubt } from '../promql/promql.ts';
import { specKey } from '../spec.ts';
import type { Problem, RolloutSpec } from '../spec-types.ts';
import type { NameField } from './findings.ts';

/** Characters of queries, from the first on: each is read once more for it, and whoever wrote them waits. */
const MOST_DOUBTED = 4_096;

/** What is no problem in settings that are right, and that their author should know all the same. */
export function doubtsIn({ analysis }: RolloutSpec, nameField: NameField = specKey): Problem[] {
  let length = 0;
  return analysis.metrics.flatMap(({ source }, index) => {
    if (!('query' in source)) return [];
    length += source.query.length;
    const message = length > MOST_DOUBTED ? undefined : queryDoubt(source.query);
    return message === undefined ? [] : [{ key: nameField(['analysis', 'metrics', index, 'query']), message }];
  });
}

/** The same for the annotations of a Deployment, with what its pods say of them; nothing where a Canary has the settings. */
export function doubtsOf(deployment: Deployment): Problem[] {
  const reading = readAnnotations(deployment);
  if (reading.optedIn !== 'true' || !reading.outcome.ok) return [];
  const { value } = reading.outcome;
  const message = portDoubt(value.service.targetPort, deployment.spec.template);
  const ports = message === undefined ? [] : [{ key: annotationKey(['service', 'targetPort']), message }];
  return [...ports, ...reloaderDoubt(deployment, value), ...doubtsIn(value, annotationKey)];
}

/** Of Stakater Reloader: it writes into the pod template when a ConfigMap or Secret changes. */
const RELOADER = /^((configmap|secret)\.)?reloader\.stakater\.com\//;

function reloaderDoubt({ metadata: { annotations = {} } }: Deployment, { configTracking }: RolloutSpec): Problem[] {
  const key = Object.keys(annotations).find((one) => RELOADER.test(one));
  if (key === undefined || !configTracking) return [];
  const message =
    'Headgate releases a change of a ConfigMap by canary itself; what Reloader writes is held with it, and restarts no pod: take its annotations away';
  return [{ key, message }];
}
