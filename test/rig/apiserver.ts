import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiServerAdvertised, apiServerUrl, etcdUrl, serviceRange } from './addresses.ts';
import type { Certificates } from './certs.ts';
import { answers } from './http.ts';
import type { Layout } from './layout.ts';
import type { ProgramSpec } from './process.ts';

/** Every request of every client, once, when it is answered: tests count requests by user agent. */
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  omitManagedFields: true,
  rules: [{ level: 'Metadata' }],
};

/** The API server: RBAC on, every request audited. */
export function apiServer(layout: Layout, command: string, certs: Certificates): ProgramSpec {
  const policyFile = join(layout.dir, 'audit-policy.json');
  writeFileSync(policyFile, JSON.stringify(auditPolicy));
  return {
    name: 'apiserver',
    command,
    args: [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=0.0.0.0',
      '--secure-port=6443',
      `--advertise-address=${apiServerAdvertised}`,
      `--service-cluster-ip-range=${serviceRange}`,
      '--authorization-mode=RBAC',
      '--allow-privileged=true',
      '--profiling=false',
      `--audit-policy-file=${policyFile}`,
      `--audit-log-path=${layout.auditLog}`,
      '--audit-log-maxsize=4096',
      ...identity(certs),
      ...aggregation(certs),
    ],
    logFile: layout.log('apiserver'),
    ready: () => answers(`${apiServerUrl}/readyz`),
    stopGraceMs: 2_000, // it would wait for every open watch
  };
}

function identity(certs: Certificates): string[] {
  return [
    `--client-ca-file=${certs.ca.cert}`,
    `--tls-cert-file=${certs.apiServer.cert}`,
    `--tls-private-key-file=${certs.apiServer.key}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${certs.serviceAccount.publicKey}`,
    `--service-account-signing-key-file=${certs.serviceAccount.privateKey}`,
    `--kubelet-client-certificate=${certs.admin.cert}`,
    `--kubelet-client-key=${certs.admin.key}`,
    '--kubelet-preferred-address-types=InternalIP',
  ];
}

/**
 * Aggregator routing makes the API server resolve a Service itself, to an address of its EndpointSlices, for webhooks
 * and APIServices. There is no kube-proxy here, so without it no webhook with `clientConfig.service` could be reached.
 */
function aggregation(certs: Certificates): string[] {
  return [
    '--enable-aggregator-routing=true',
    `--requestheader-client-ca-file=${certs.frontProxyCa.cert}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${certs.frontProxy.cert}`,
    `--proxy-client-key-file=${certs.frontProxy.key}`,
  ];
}
