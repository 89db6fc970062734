import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

export interface GrpcCall {
  authority: string;
  /** `/package.Service/Method`. */
  path: string;
  /** The message, as protobuf writes it. */
  message?: Buffer;
  timeoutMs?: number;
}

export interface GrpcAnswer {
  /** gRPC's own status; 14 (unavailable) when there was no answer. */
  grpcStatus: number;
  grpcMessage: string;
  /** 0 when there was no answer. */
  status: number;
  body: Buffer;
  ms: number;
}

const FRAME_HEADER = 5;
const UNAVAILABLE = 14;

/** A message as it travels: not compressed, then its length. */
export function frame(message: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** Unary gRPC calls without TLS; one connection for each origin, by `open` when that is given. */
export class GrpcClient {
  readonly #sessions = new Map<string, ClientHttp2Session>();
  readonly #open: ((origin: URL) => Socket) | undefined;

  constructor(open?: (origin: URL) => Socket) {
    this.#open = open;
  }

  async call(origin: string, { authority, path, message, timeoutMs = 30_000 }: GrpcCall): Promise<GrpcAnswer> {
    const started = performance.now();
    const answer = await this.#exchange(origin, timeoutMs, frame(message ?? Buffer.alloc(0)), {
      ':method': 'POST',
      ':path': path,
      ':authority': authority,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    return { ...answer, ms: performance.now() - started };
  }

  close(): void {
    for (const session of this.#sessions.values()) session.destroy();
  }

  #exchange(origin: string, timeoutMs: number, body: Buffer, headers: object): Promise<Omit<GrpcAnswer, 'ms'>> {
    return new Promise((resolve) => {
      const stream = this.#session(origin).request({ ...headers });
      const chunks: Buffer[] = [];
      let seen: IncomingHttpHeaders = {};
      let trouble = 'the connection ended';
      stream.setTimeout(timeoutMs, () => {
        trouble = `no answer in ${timeoutMs} ms`;
        stream.close(constants.NGHTTP2_CANCEL);
      });
      stream.on('response', (received) => (seen = { ...seen, ...received }));
      stream.on('trailers', (received) => (seen = { ...seen, ...received }));
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', (error) => (trouble = error.message));
      stream.on('close', () => resolve(answerOf(seen, Buffer.concat(chunks), trouble)));
      stream.end(body);
    });
  }

  #session(origin: string): ClientHttp2Session {
    const known = this.#sessions.get(origin);
    if (known && !known.closed && !known.destroyed) return known;
    const session = connect(origin, this.#open ? { createConnection: this.#open } : {});
    session.on('error', () => undefined); // every stream of it ends, and tells
    this.#sessions.set(origin, session);
    return session;
  }
}

function answerOf(headers: IncomingHttpHeaders, body: Buffer, trouble: string): Omit<GrpcAnswer, 'ms'> {
  const status = headers['grpc-status'];
  const answered = status !== undefined;
  return {
    grpcStatus: answered ? Number(status) : UNAVAILABLE,
    grpcMessage: answered ? String(headers['grpc-message'] ?? '') : trouble,
    status: Number(headers[':status'] ?? 0),
    body: body.subarray(FRAME_HEADER),
  };
}

/** A protobuf message whose first field is a short text, as that of `echo.EchoService`. */
export const textMessage = (text: string): Buffer => Buffer.from([0x0a, Buffer.byteLength(text), ...Buffer.from(text)]);

/** The text of a field in a message of short texts alone; undefined when it is none. */
export function textOf(message: Buffer, field = 1): string | undefined {
  let rest = message;
  while (rest.length >= 2) {
    const [key = 0, length = 0] = rest;
    if (key % 8 !== TEXT) return undefined;
    if (key >> 3 === field) return rest.subarray(2, 2 + length).toString();
    rest = rest.subarray(2 + length);
  }
  return undefined;
}

/** Protobuf's wire type of texts. */
const TEXT = 2;

export const HEALTH_CHECK = '/grpc.health.v1.Health/Check';
/** Of the image `grpc-echo`, which answers with the image's tag. */
export const ECHO = '/echo.EchoService/Echo';
/** podinfo's own services: one that tells the image's tag among other things, and one that answers with the status that is asked for. */
export const PODINFO_INFO = '/info.InfoService/Info';
export const PODINFO_STATUS = '/status.StatusService/Status';

/** The image's tag in an answer, where the method tells it. */
export const tagIn = (path: string, answer: Buffer): string | undefined =>
  textOf(answer, path === PODINFO_INFO ? 6 : 1);
