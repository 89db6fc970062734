import { readFileSync, writeFileSync } from 'node:fs';
import type { Definitions } from './binaries/definitions.ts';
import type { KeyPair } from './certs.ts';

/** What a running rig tells of itself: the content of the file that HEADGATE_RIG names. */
export interface RigFile {
  dir: string;
  logs: string;
  bin: string;
  kubeconfig: string;
  apiServer: { url: string; ca: string; cert: string; key: string };
  /** Signs further certificates, e.g. of webhooks. */
  ca: KeyPair;
  redis: { host: string; port: number; url: string };
  controlSocket: string;
  auditLog: string;
  podLogs: string;
  /** By component, at the start; the control socket knows the present ones. */
  pids: Record<string, number>;
  /** Absent in a rig without a data plane. */
  mesh?: {
    gatewayUrl: string;
    /** For the `gateways` of a VirtualService. */
    gatewayName: string;
    envoyAdminUrl: string;
    /** The caller in the mesh: where its sidecar takes connections, and the sidecar's admin interface. */
    caller: { host: string; port: number; namespace: string; adminUrl: string };
    exporterUrl: string;
    prometheusUrl: string;
    /** Files of Prometheus' file_sd format in here are scraped. */
    targets: string;
    /** JSON lists of resource definitions; those of the Gateway API are not installed. */
    definitions: Definitions;
  };
}

export function writeRigFile(file: string, rig: RigFile): void {
  writeFileSync(file, `${JSON.stringify(rig, null, 2)}\n`);
}

/** Throws with what to do when no rig is running. */
export function readRigFile(): RigFile {
  const file = process.env['HEADGATE_RIG'];
  if (!file) throw new Error('HEADGATE_RIG is not set: run this under `node test/rig/up.ts -- command`');
  return JSON.parse(readFileSync(file, 'utf8')) as RigFile;
}
