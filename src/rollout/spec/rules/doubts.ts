import type { Deployment } from '../../kube.ts';
import { portDoubt } from '../../workload/ports.ts';
import { annotationKey } from '../annotations/annotation-keys.ts';
import { readAnnotations } from '../annotations/annotations.ts';
import { queryDoubt } from '../promql/promql.ts';
import { specKey } from '../spec.ts';
import type { Problem, RolloutSpec } from '../spec-types.ts';
import type { NameField } from './findings.ts';

/** What is no problem in settings that are right, and that their author should know all the same. */
export const doubtsIn = ({ analysis }: RolloutSpec, nameField: NameField = specKey): Problem[] =>
  analysis.metrics.flatMap(({ source }, index) => {
    const message = 'query' in source ? queryDoubt(source.query) : undefined;
    if (message === undefined) return [];
    return [{ key: nameField(['analysis', 'metrics', index, 'query']), message }];
  });

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
