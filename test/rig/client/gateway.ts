import { Pool } from 'undici';
import { ECHO, type GrpcAnswer, GrpcClient } from '../grpc.ts';
import { exchange, type HttpAnswer, type HttpRequest } from './http.ts';

/** What load and tests send requests by. */
export interface Sender {
  request(wanted: HttpRequest & { port?: number }): Promise<HttpAnswer>;
  /** A unary gRPC call; `path` is that of the image `grpc-echo` when it is left out. */
  grpc(wanted: GrpcRequest): Promise<GrpcAnswer>;
}

export interface GrpcRequest {
  host: string;
  /** In the mesh alone; 80 when it is left out. */
  port?: number;
  path?: string;
  message?: Buffer;
  timeoutMs?: number;
}

/** Requests through the gateway's Envoy, as a user of the application makes them. */
export class Gateway implements Sender {
  readonly #url: string;
  readonly #pool: Pool;
  readonly #grpc = new GrpcClient();

  constructor(url: string) {
    this.#url = url;
    this.#pool = new Pool(url, { connections: 128, pipelining: 1, keepAliveTimeout: 30_000 });
  }

  request(wanted: HttpRequest): Promise<HttpAnswer> {
    return exchange(this.#pool, this.#url, wanted);
  }

  grpc({ host, path = ECHO, ...more }: GrpcRequest): Promise<GrpcAnswer> {
    return this.#grpc.call(this.#url, { authority: host, path, ...more });
  }

  async close(): Promise<void> {
    this.#grpc.close();
    await this.#pool.destroy();
  }
}
