import type { Json } from '../../rig/rig.ts';
import type { App } from './app.ts';

/** KEDA's kind, without KEDA: whatever is written stands there, and nothing scales by it. */
export const scaledObjectDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'scaledobjects.keda.sh' },
  spec: {
    ...{ group: 'keda.sh', scope: 'Namespaced' },
    names: { kind: 'ScaledObject', plural: 'scaledobjects', singular: 'scaledobject' },
    versions: [
      {
        ...{ name: 'v1alpha1', served: true, storage: true },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** As a user writes it for their Deployment. */
export const scaledObjectFor = ({ name }: App): object => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name },
  spec: {
    scaleTargetRef: { name },
    ...{ minReplicaCount: 2, maxReplicaCount: 8 },
    triggers: [
      {
        type: 'prometheus',
        metadata: { serverAddress: 'http://prometheus:9090', threshold: '50', query: QUERY.replace('NAME', name) },
      },
      { type: 'rabbitmq', name: 'orders', metadata: { queueName: 'orders', mode: 'QueueLength', value: '20' } },
    ],
  },
});

const QUERY = 'sum(rate(requests{deployment="NAME"}[1m]))';

/** One of a name; undefined when there is none. */
export const scaledObjectOf = ({ rig, namespace }: App, name: string): Promise<Json> =>
  rig.api.find(`/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects/${name}`);
