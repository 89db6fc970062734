import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { parseArgs } from 'node:util';
import { frame, HEALTH_CHECK, textMessage } from '../grpc.ts';

/**
 * The program of the image `grpc-echo`: a gRPC server on one address, whose `-errors` fail at random. It serves the
 * standard health check, and answers any other method with the image's tag; with `--errors` a third of those answers are
 * failures, INTERNAL and UNAVAILABLE in equal parts.
 */
const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '9999' },
    tag: { type: 'string', default: '' },
    errors: { type: 'boolean', default: false },
  },
});

const SERVING = Buffer.from([0x08, 0x01]);
const INTERNAL = 13;
const UNAVAILABLE = 14;

const sessions = new Set<ServerHttp2Session>();
const server = createServer();
server.on('session', (session) => {
  sessions.add(session);
  session.on('close', () => sessions.delete(session));
});
server.on('stream', (stream, headers) => {
  stream.on('error', () => undefined); // the client left
  stream.resume();
  stream.on('end', () => answer(stream, String(headers[':path'])));
});
server.listen(Number(values.port), values.host);
process.once('SIGTERM', () => {
  for (const session of sessions) session.close();
  server.close(() => process.exit(0));
});

function answer(stream: ServerHttp2Stream, path: string): void {
  if (stream.destroyed) return;
  if (path === HEALTH_CHECK) succeed(stream, SERVING);
  else if (values.errors && Math.random() < 1 / 3) fail(stream, Math.random() < 0.5 ? INTERNAL : UNAVAILABLE);
  else succeed(stream, textMessage(values.tag));
}

function succeed(stream: ServerHttp2Stream, message: Buffer): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(frame(message));
}

function fail(stream: ServerHttp2Stream, status: number): void {
  const headers = { 'grpc-status': String(status), 'grpc-message': `by ${values.tag}` };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...headers }, { endStream: true });
}
