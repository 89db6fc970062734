import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Rig, waitFor } from '../../rig/rig.ts';

/** Requests of one kind, as a proxy counts them. */
export interface Requests {
  reporter: 'source' | 'destination' | 'waypoint';
  namespace: string;
  /** The Service; `unknown` is of no namespace. */
  service: string;
  /** The workload that asked; `gateway` when it is left out. */
  client?: string;
  /** 200 when it is left out. */
  code?: number;
  flags?: string;
  /** gRPC alone. */
  grpc?: number;
  /** A second; 0: it counted before, and counts no more. */
  rate: number;
  /** Seconds from the start of the figures until it begins; the series is there before, unless it is new. */
  from?: number;
  /** The series begins with its first request. */
  isNew?: boolean;
  /** 5 when it is left out. */
  tookMs?: number;
}

const BOUNDS = [1, 10, 100, 1_000, 10_000];

/** Figures that no proxy of the rig makes (waypoints, say), for the rig's Prometheus to read. */
export class Figures {
  /** Where every count begins. */
  static readonly FIRST = 1_000;
  readonly #requests: readonly Requests[];
  readonly #startedAt = Date.now();
  readonly #server: Server;
  readonly #file: string;

  private constructor(rig: Rig, requests: readonly Requests[]) {
    this.#requests = requests;
    this.#file = join(rig.mesh.targets, `figures-${randomBytes(3).toString('hex')}.json`);
    this.#server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(this.#text());
    });
  }

  /** They count from now on; resolves when the first of them can be asked for. */
  static async start(rig: Rig, requests: readonly Requests[]): Promise<Figures> {
    const figures = new Figures(rig, requests);
    await new Promise<void>((resolve) => figures.#server.listen(0, '127.0.0.1', resolve));
    const { port } = figures.#server.address() as AddressInfo;
    // Prometheus must not read half a file.
    writeFileSync(`${figures.#file}.new`, JSON.stringify([{ targets: [`127.0.0.1:${port}`] }]));
    renameSync(`${figures.#file}.new`, figures.#file);
    const query = requests
      .slice(0, 1)
      .map((first) => `istio_requests_total{${labelText(first)}}`)
      .join('');
    await waitFor('the figures in Prometheus', async () => (await rig.prometheus.query(query)).length > 0);
    return figures;
  }

  stop(): void {
    rmSync(this.#file);
    this.#server.close();
  }

  #text(): string {
    const seconds = (Date.now() - this.#startedAt) / 1_000;
    return `${this.#requests.flatMap((requests) => linesOf(requests, seconds)).join('\n')}\n`;
  }
}

function linesOf(requests: Requests, seconds: number): string[] {
  const { rate, from = 0, tookMs = 5, isNew = false } = requests;
  if (isNew && seconds < from) return [];
  const first = isNew ? 1 : Figures.FIRST;
  const count = first + Math.floor(rate * Math.max(0, seconds - from));
  const labels = labelText(requests);
  const buckets = [...BOUNDS, '+Inf'].map((bound) => {
    const within = bound === '+Inf' || tookMs <= Number(bound);
    return `istio_request_duration_milliseconds_bucket{${labels},le="${bound}"} ${within ? count : 0}`;
  });
  return [`istio_requests_total{${labels}} ${count}`, ...buckets];
}

function labelText(requests: Requests): string {
  const { reporter, namespace, service, client = 'gateway', code = 200, flags = '-', grpc } = requests;
  const isNowhere = service === 'unknown';
  const labels = {
    reporter,
    source_workload: client,
    // Of this case alone: another case has a gateway of its own.
    source_workload_namespace: `${namespace}-clients`,
    destination_service: isNowhere ? 'unknown' : `${service}.${namespace}.svc.cluster.local`,
    destination_service_name: service,
    destination_service_namespace: isNowhere ? 'unknown' : namespace,
    request_protocol: grpc === undefined ? 'http' : 'grpc',
    response_code: String(code),
    response_flags: flags,
    grpc_response_status: grpc === undefined ? '' : String(grpc),
  };
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');
}
