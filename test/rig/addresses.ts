/**
 * Every address inside the rig. They can be fixed because each rig has a network namespace of its own, in which the
 * pod and service ranges are local: any process may bind any of these addresses, and nothing outside can reach them.
 */
export const podRange = '10.244.0.0/16';
export const serviceRange = '10.96.0.0/16';
/** `kubernetes.default` and the address that the API server advertises (it must not be a loopback address). */
export const kubernetesServiceIp = '10.96.0.1';
export const apiServerAdvertised = '10.96.255.1';

export const gatewayIp = '10.244.0.1';
export const gatewayPort = 8080;
/** The caller in the mesh: where its sidecar takes every connection that it makes. */
export const callerIp = '10.244.0.3';
export const callerOutboundPort = 15001;
export const callerNamespace = 'caller';
export const nodeName = 'rig-node';
export const nodeIp = '10.244.0.2';

/** Pod number n, from 1. Skips 10.244.0.x (gateway, node, caller) and 10.244.255.x (processes that tests start). */
export function podIp(n: number): string {
  const slot = (n - 1) % (254 * 254);
  return `10.244.${1 + Math.floor(slot / 254)}.${1 + (slot % 254)}`;
}

export const apiServerUrl = 'https://127.0.0.1:6443';
export const etcdUrl = 'http://127.0.0.1:2379';
export const etcdPeerUrl = 'http://127.0.0.1:2380';
export const controllersHealthUrl = 'https://127.0.0.1:10257/healthz';
export const redisPort = 6379;
export const prometheusUrl = 'http://127.0.0.1:9090';
export const exporterUrl = 'http://127.0.0.1:15090';
export const envoyAdminUrl = 'http://127.0.0.1:15000';
export const sidecarAdminUrl = 'http://127.0.0.1:15002';
export const istiodXdsAddress = '127.0.0.1:15010';
export const istiodHttpAddress = '127.0.0.1:15080';
export const istiodMonitoringAddress = '127.0.0.1:15014';
