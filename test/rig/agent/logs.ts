import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { nodeIp } from '../addresses.ts';
import type { KeyPair } from '../certs.ts';

/** kubelet's port; the API server asks here when somebody runs `kubectl logs`. */
export const kubeletPort = 10_250;

/** The log file of a container, or undefined when it does not run here. */
export type FindLog = (namespace: string, pod: string, container: string) => string | undefined;

/** Serves `/containerLogs/NAMESPACE/POD/CONTAINER` with `follow` and `tailLines`, the part of kubelet people miss most. */
export function serveLogs(certificate: KeyPair, find: FindLog): Promise<Server> {
  const tls = { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) };
  const server = createServer(tls, (request, response) => answer(request, response, find));
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(kubeletPort, nodeIp, () => resolve(server));
  });
}

function answer(request: IncomingMessage, response: ServerResponse, find: FindLog): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://kubelet');
  const [, kind, namespace = '', pod = '', container = ''] = pathname.split('/');
  const file = kind === 'containerLogs' ? find(namespace, pod, container) : undefined;
  if (!file) {
    response.writeHead(404).end(`the rig's agent has no ${pathname}; it serves container logs only\n`);
    return;
  }
  const lines = searchParams.get('tailLines');
  const follow = searchParams.get('follow') === 'true' ? ['-F'] : [];
  const tail = spawn('tail', ['-n', lines ?? '+1', ...follow, file], { stdio: ['ignore', 'pipe', 'ignore'] });
  response.on('close', () => tail.kill());
  tail.stdout.pipe(response);
}
