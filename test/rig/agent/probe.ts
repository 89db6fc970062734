import { get } from 'node:http';
import { get as getTls } from 'node:https';
import type { Json } from '../api.ts';
import { GrpcClient, HEALTH_CHECK } from '../grpc.ts';
import { accepts } from '../http.ts';

export type Verdict = (healthy: boolean) => void;

export interface ProbeTarget {
  ip: string;
  container: Json;
  lenient: boolean;
}

/**
 * Runs one probe until the returned function is called. `verdict` is told each time the thresholds are crossed.
 * `eager` (for readiness): asks every 200 ms until it passes, and again from the first miss when the period is 1 s,
 * the shortest that the API allows, so that tests are quick.
 */
export function watchProbe(spec: Json, target: ProbeTarget, eager: boolean, verdict: Verdict): () => void {
  const periodMs = (spec.periodSeconds ?? 10) * 1_000;
  let healthy: boolean | undefined;
  let streak = 0;
  let timer: NodeJS.Timeout;
  let stopped = false;

  const nextMs = (passed: boolean): number => {
    const hurry = eager && (healthy !== true || (!passed && periodMs <= 1_000));
    return hurry ? 200 : periodMs;
  };
  const once = async (): Promise<void> => {
    const passed = await ask(spec, target);
    if (stopped) return;
    streak = passed ? Math.max(streak, 0) + 1 : Math.min(streak, 0) - 1;
    const crossed = passed ? streak >= (spec.successThreshold ?? 1) : -streak >= (spec.failureThreshold ?? 3);
    if (crossed && healthy !== passed) {
      healthy = passed;
      verdict(passed);
    }
    timer = setTimeout(() => void once(), nextMs(passed));
  };
  timer = setTimeout(() => void once(), (spec.initialDelaySeconds ?? 0) * 1_000 + 50);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function ask(spec: Json, target: ProbeTarget): Promise<boolean> {
  const timeoutMs = target.lenient ? 5_000 : (spec.timeoutSeconds ?? 1) * 1_000;
  if (spec.httpGet) return good(await httpStatus(spec.httpGet, target, timeoutMs), target.lenient);
  if (spec.tcpSocket) return accepts(target.ip, portOf(spec.tcpSocket.port, target), timeoutMs);
  if (spec.grpc) return grpcHealth(spec.grpc, target, timeoutMs);
  const url = podcliUrl(spec.exec?.command ?? []);
  if (!url) return true; // other commands are not run: they pass
  return good(await httpStatus({ path: url.pathname, port: Number(url.port) }, target, timeoutMs), target.lenient);
}

async function grpcHealth({ port }: Json, target: ProbeTarget, timeoutMs: number): Promise<boolean> {
  const client = new GrpcClient();
  const authority = `${target.ip}:${port}`;
  const { grpcStatus } = await client.call(`http://${authority}`, { authority, path: HEALTH_CHECK, timeoutMs });
  client.close();
  return grpcStatus === 0;
}

const good = (status: number, lenient: boolean): boolean =>
  lenient ? status > 0 && status !== 503 : status >= 200 && status < 400;

/** podinfo's own manifests probe by `podcli check http localhost:9898/readyz`. */
function podcliUrl(command: readonly string[]): URL | undefined {
  const words = command.join(' ');
  const found = /podcli\s+check\s+http\s+(\S+)/.exec(words);
  return found?.[1] ? new URL(found[1].includes('://') ? found[1] : `http://${found[1]}`) : undefined;
}

function portOf(port: number | string, target: ProbeTarget): number {
  if (typeof port === 'number') return port;
  const ports: { name?: string; containerPort: number }[] = target.container.ports ?? [];
  return ports.find((p) => p.name === port)?.containerPort ?? Number(port);
}

/** 0 when there was no answer. */
function httpStatus(spec: Json, target: ProbeTarget, timeoutMs: number): Promise<number> {
  const headers = Object.fromEntries((spec.httpHeaders ?? []).map((h: Json) => [h.name, h.value]));
  const options = {
    host: spec.host ?? target.ip,
    port: portOf(spec.port, target),
    path: spec.path ?? '/',
    headers: { 'user-agent': 'kube-probe/rig', ...headers },
    agent: false as const,
    timeout: timeoutMs,
  };
  return new Promise((resolve) => {
    const tls = spec.scheme === 'HTTPS';
    const request = tls ? getTls({ ...options, rejectUnauthorized: false }) : get(options);
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', () => resolve(0));
    request.on('timeout', () => request.destroy(new Error('timeout')));
  });
}
