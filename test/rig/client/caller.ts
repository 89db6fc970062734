import { connect, type Socket } from 'node:net';
import { Agent } from 'undici';
import type { ApiClient } from '../api.ts';
import { ECHO, type GrpcAnswer, GrpcClient } from '../grpc.ts';
import type { RigFile } from '../rig-file.ts';
import type { GrpcRequest, Sender } from './gateway.ts';
import { exchange, type HttpAnswer, type HttpRequest } from './http.ts';
import { ServiceAddresses } from './service-address.ts';

type Sidecar = NonNullable<RigFile['mesh']>['caller'];

/**
 * Requests of a workload in the mesh. Each connection goes to the address of the Service, as the cluster's DNS would have
 * said, and is taken by the sidecar, which chooses listener, route and cluster as in a pod.
 */
export class Caller implements Sender {
  readonly #sidecar: Sidecar;
  readonly #addresses: ServiceAddresses;
  readonly #agent: Agent;
  readonly #grpc: GrpcClient;

  constructor(sidecar: Sidecar, api: ApiClient) {
    this.#sidecar = sidecar;
    this.#addresses = new ServiceAddresses(api, sidecar.namespace);
    this.#agent = new Agent({
      connections: 128,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: ({ hostname, port }, callback) => {
        const socket = this.#open(hostname, Number(port || 80));
        socket.once('error', (error) => callback(error, null));
        socket.once('connect', () => callback(null, socket));
      },
    });
    this.#grpc = new GrpcClient(({ hostname, port }) => this.#open(hostname, Number(port || 80)));
  }

  /** To a port of a Service: `app.namespace`, or any longer form of it. */
  async request({ port = 80, ...wanted }: HttpRequest & { port?: number }): Promise<HttpAnswer> {
    const origin = await this.#origin(wanted.host, port);
    return exchange(this.#agent, origin, { ...wanted, host: authority(wanted.host, port) });
  }

  async grpc({ host, port = 80, path = ECHO, ...more }: GrpcRequest): Promise<GrpcAnswer> {
    return this.#grpc.call(await this.#origin(host, port), { authority: authority(host, port), path, ...more });
  }

  async close(): Promise<void> {
    this.#grpc.close();
    await this.#agent.destroy();
  }

  async #origin(host: string, port: number): Promise<string> {
    const address = (await this.#addresses.of(host)) ?? this.#sidecar.host;
    return `http://${address}:${port}`;
  }

  /** In a pod the kernel tells the sidecar where a connection was going; here the connection's first line does. */
  #open(address: string, port: number): Socket {
    const { host } = this.#sidecar;
    const socket = connect({ host, port: this.#sidecar.port, noDelay: true });
    socket.write(`PROXY TCP4 ${host} ${address} ${this.#sidecar.port} ${port}\r\n`);
    return socket;
  }
}

/** As clients write it: a port that is not the scheme's own belongs to it. */
const authority = (host: string, port: number): string => (port === 80 ? host : `${host}:${port}`);
