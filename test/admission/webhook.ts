import { Agent, type RequestOptions, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Registry } from 'prom-client';
import { issueLeaf, type KeyPair, makeAuthority } from '../../src/admission/certificates/issue.ts';
import { WebhookServer, type WebhookServerOptions } from '../../src/admission/server.ts';
import type { Deployment } from '../../src/rollout/kube.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { istio } from '../../src/traffic/istio/provider.ts';
import { NOW, SCHEDULER } from './build.ts';

export interface Harness {
  server: WebhookServer;
  registry: Registry;
  woken: string[];
  enqueueErrors: unknown[];
  logged: Record<string, unknown>[];
}

/** A webhook without a cluster; what it enqueues and logs is kept. */
export function webhook(options: Partial<WebhookServerOptions> = {}): Harness {
  const registry = new Registry();
  const woken: string[] = [];
  const enqueueErrors: unknown[] = [];
  const logged: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void logged.push(JSON.parse(line)) };
  const server = new WebhookServer({
    registry,
    metrics: createMetrics(registry),
    log: createLog({ level: 'info', process: 'webhook', destination }),
    schedulerUser: SCHEDULER,
    provider: istio,
    now: () => NOW,
    enqueue: (key) => void woken.push(key),
    onEnqueueError: (error) => void enqueueErrors.push(error),
    shutdownDelayMs: 0,
    ...options,
  });
  return { server, registry, woken, enqueueErrors, logged };
}

/** An AdmissionReview as the API server sends it. */
export function review(object: unknown, oldObject?: Deployment, more: object = {}): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      name: 'podinfo',
      namespace: 'prod',
      operation: oldObject ? 'UPDATE' : 'CREATE',
      userInfo: { username: 'jane', groups: ['system:authenticated'] },
      object,
      oldObject: oldObject ?? null,
      dryRun: false,
      ...more,
    },
  };
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
  /** Serial number of the certificate that was shown. */
  serial: string;
  reused: boolean;
}

export const NAME = 'headgate-webhook.headgate.svc';

export async function certificates(count: number): Promise<{ ca: string; leaves: KeyPair[] }> {
  const life = { now: Date.now(), lifeMs: 3_600_000 };
  const authority = await makeAuthority(life);
  const leaves = await Promise.all(Array.from({ length: count }, () => issueLeaf(authority, [NAME], life)));
  return { ca: authority.cert, leaves };
}

/** A client as the API server is one: HTTP/1.1, connections kept. */
export class Caller {
  readonly agent: Agent;
  readonly #port: number;

  constructor({ server }: Harness, ca: string, options: { maxSockets?: number } = {}) {
    this.agent = new Agent({ keepAlive: true, ca, servername: NAME, ...options });
    this.#port = (server.app.server.address() as AddressInfo).port;
  }

  send(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const options: RequestOptions = { host: '127.0.0.1', port: this.#port, agent: this.agent, method, path };
    return new Promise((resolve, reject) => {
      const call = request(body ? { ...options, headers } : options, (response) => {
        const chunks: Buffer[] = [];
        const serial = (response.socket as TLSSocket).getPeerX509Certificate()?.serialNumber ?? '';
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, headers: answered } = response;
          const answer = { status: statusCode, headers: answered, body: Buffer.concat(chunks).toString('utf8') };
          resolve({ ...answer, serial, reused: call.reusedSocket });
        });
      });
      call.on('error', reject);
      call.end(text);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
