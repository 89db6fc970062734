/** A Deployment of podinfo whose pods are ready a moment after they start. */
export function deployment(name: string, tag: string, replicas: number): object {
  const labels = { app: name };
  const probe = (path: string) => ({ httpGet: { path, port: 'http' }, periodSeconds: 1 });
  const container = {
    name: 'podinfo',
    image: `ghcr.io/stefanprodan/podinfo:${tag}`,
    ports: [{ name: 'http', containerPort: 9898 }],
    readinessProbe: probe('/readyz'),
    livenessProbe: probe('/healthz'),
  };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  return { metadata: { name }, spec: { replicas, selector: { matchLabels: labels }, template } };
}

export function service(app: string): object {
  const ports = [{ name: 'http', port: 9898, targetPort: 'http' }];
  return { metadata: { name: app }, spec: { selector: { app }, ports } };
}

/** Named `podinfo`; sends a host's requests to Services by weight. */
export function virtualService(host: string, weights: Readonly<Record<string, number>>): object {
  const route = Object.entries(weights).map(([service, weight]) => ({ destination: { host: service }, weight }));
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'podinfo' },
    spec: { hosts: [host], gateways: ['istio-system/public-gateway'], http: [{ route }] },
  };
}
