import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Agent, request } from 'undici';

/** True when the URL answers 200. Server certificates are not checked: for readiness only. */
export async function answers(url: string): Promise<boolean> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false, timeout: 1_000 } });
  try {
    const response = await request(url, { dispatcher, headersTimeout: 2_000, bodyTimeout: 2_000 });
    await response.body.dump();
    return response.statusCode === 200;
  } finally {
    await dispatcher.destroy();
  }
}

/** True when something accepts TCP connections there. */
export function accepts(host: string, port: number, timeoutMs = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (ok: boolean) => {
      socket.destroy();
      resolve(ok);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** The one client of the API server: keeps connections open and shows the admin's certificate. */
export function clusterAgent(files: { ca: string; cert?: string; key?: string }): Agent {
  const read = (file: string | undefined) => (file ? readFileSync(file, 'utf8') : undefined);
  const cert = read(files.cert);
  const key = read(files.key);
  return new Agent({
    connections: 32,
    keepAliveTimeout: 30_000,
    connect: { ca: readFileSync(files.ca, 'utf8'), ...(cert && key ? { cert, key } : {}) },
  });
}
