import { CANARY_SUFFIX } from '../keys.ts';
import type { Deployment, Service } from '../kube.ts';
import { canaryName } from '../names.ts';
import type { ServiceSpec } from '../spec/spec-types.ts';
import { generatedMeta } from './generated.ts';

/** The Services by which the mesh tells stable and canary apart; the stable one is made only where the user has none. */
export function serviceFor(stable: Deployment, spec: ServiceSpec, canary?: { label: string }): Service {
  const { name } = stable.metadata;
  const selector = { ...stable.spec.selector.matchLabels };
  if (canary) selector[canary.label] = `${selector[canary.label] ?? ''}${CANARY_SUFFIX}`;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: generatedMeta(stable, canary ? canaryName(name) : name, 'service'),
    spec: {
      type: 'ClusterIP',
      selector,
      ports: [{ name: spec.portName, port: spec.port, targetPort: spec.targetPort ?? spec.port }],
    },
  };
}
