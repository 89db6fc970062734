import { nodeIp, nodeName } from '../addresses.ts';
import { type ApiClient, type Json, persistently } from '../api.ts';
import { pinnedKubernetes } from '../binaries/programs.ts';
import { isFinal } from './status.ts';

const leasePath = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** Registers the one node, Ready, with room for everything. */
export async function registerNode(api: ApiClient, kubeletPort: number): Promise<void> {
  const labels = { 'kubernetes.io/hostname': nodeName, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, labels }, spec: {} };
  await persistently(() => api.create('/api/v1/nodes', node), isFinal).catch(() => undefined);
  await api.patch(`/api/v1/nodes/${nodeName}/status`, { status: nodeStatus(kubeletPort) }, 'strategic');
}

/** Renews the node's lease every 10 s; without it the node controller would call the node lost after 40 s. */
export async function renewLease(api: ApiClient): Promise<void> {
  const metadata = { name: nodeName, namespace: 'kube-node-lease' };
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: nodeName, leaseDurationSeconds: 40, renewTime };
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
  await api.patch(`${leasePath}/${nodeName}?fieldManager=rig-agent&force=true`, lease, 'apply');
}

function nodeStatus(kubeletPort: number): Json {
  const now = new Date().toISOString();
  const room = { cpu: '64', memory: '256Gi', pods: '1000' };
  const ready = { type: 'Ready', status: 'True', reason: 'RigAgent', lastHeartbeatTime: now, lastTransitionTime: now };
  return {
    addresses: [
      { type: 'InternalIP', address: nodeIp },
      { type: 'Hostname', address: nodeName },
    ],
    capacity: room,
    allocatable: room,
    conditions: [ready],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    nodeInfo: { kubeletVersion: pinnedKubernetes().version, operatingSystem: 'linux', architecture: 'amd64' },
  };
}
