import type { KubeObject } from '../../rig/rig.ts';

interface Wanted {
  tag: string;
  replicas: number;
  annotations?: Record<string, string>;
}

/** A Deployment of podinfo as it stands in a user's repository, whose pods go without failing a request. */
export function podinfoDeployment(
  { name, namespace }: { name: string; namespace: string },
  { tag, replicas, annotations }: Wanted,
): KubeObject {
  const labels = { app: name };
  const container = {
    name: 'podinfo',
    image: `podinfo:${tag}`,
    ports: [{ name: 'http', containerPort: 9898 }],
    // A pod that crashed refuses at once; one whose answer is late, on a busy machine, is no less ready.
    readinessProbe: {
      httpGet: { path: '/readyz', port: 9898 },
      periodSeconds: 1,
      failureThreshold: 1,
      timeoutSeconds: 3,
    },
    lifecycle: { preStop: { sleep: { seconds: 2 } } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { ...labels, team: 'storefront' }, ...(annotations && { annotations }) },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}
