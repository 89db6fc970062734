import { controllersHealthUrl, podRange, serviceRange } from './addresses.ts';
import type { ApiClient } from './api.ts';
import type { Certificates } from './certs.ts';
import { answers } from './http.ts';
import type { Layout } from './layout.ts';
import type { ProgramSpec } from './process.ts';

const firstAccount = '/api/v1/namespaces/default/serviceaccounts/default';

/** A HorizontalPodAutoscaler is looked at every 15 s, and shrinks what it scales after 5 min; tests watch it. */
const promptAutoscaling = [
  '--horizontal-pod-autoscaler-sync-period=2s',
  '--horizontal-pod-autoscaler-downscale-stabilization=3s',
  '--horizontal-pod-autoscaler-cpu-initialization-period=1s',
  '--horizontal-pod-autoscaler-initial-readiness-delay=1s',
];

/**
 * kube-controller-manager with every controller: Deployments, ReplicaSets, EndpointSlices, garbage collection, ...
 * Ready when they work: a pod can only be made in a namespace that has its service account.
 */
export function controllers(layout: Layout, command: string, certs: Certificates, api: ApiClient): ProgramSpec {
  return {
    name: 'controllers',
    command,
    args: [
      `--kubeconfig=${layout.kubeconfig}`,
      '--controllers=*',
      '--leader-elect=false',
      '--use-service-account-credentials=true',
      '--bind-address=127.0.0.1',
      `--cluster-cidr=${podRange}`,
      `--service-cluster-ip-range=${serviceRange}`,
      `--root-ca-file=${certs.ca.cert}`,
      `--service-account-private-key-file=${certs.serviceAccount.privateKey}`,
      `--cluster-signing-cert-file=${certs.ca.cert}`,
      `--cluster-signing-key-file=${certs.ca.key}`,
      '--kube-api-qps=200',
      '--kube-api-burst=400',
      '--profiling=false',
      ...promptAutoscaling,
    ],
    logFile: layout.log('controllers'),
    ready: async () => (await answers(controllersHealthUrl)) && (await api.find(firstAccount)) !== undefined,
  };
}
