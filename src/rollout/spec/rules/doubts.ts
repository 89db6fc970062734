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
  return [...ports, ...doubtsIn(value, annotationKey)];
}
