import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, type Dispatcher, request } from 'undici';
import { type Rig, waitFor } from '../../rig/rig.ts';

const NAMESPACE = 'bench-noop';
const NAME = 'noop';
const PORT = 8443;
/** As many processes as Headgate has webhooks, at addresses of their own. */
const ADDRESSES = ['10.244.255.30', '10.244.255.31'];

/** The no-op webhook, reached as Headgate's is: a Service without selector, and an EndpointSlice. */
export class NoopWebhook {
  readonly #rig: Rig;
  readonly #children: ChildProcess[] = [];
  /** For its number of calls alone; who it is does not matter here. */
  readonly #dispatcher: Dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  caBundle = '';

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  get clientConfig(): object {
    const service = { namespace: NAMESPACE, name: NAME, path: '/mutate', port: 443 };
    return { service, caBundle: this.caBundle };
  }

  get pids(): number[] {
    return this.#children.map(({ pid }) => pid ?? 0);
  }

  async start(): Promise<void> {
    const { cert, key, caBundle } = await this.#rig.certificate([`${NAME}.${NAMESPACE}.svc`]);
    this.caBundle = caBundle;
    for (const address of ADDRESSES) {
      const words = [`${address}:${PORT}`, cert, key];
      this.#children.push(spawn(this.#rig.program('noop-webhook'), words, { stdio: 'inherit' }));
      await waitFor(`the no-op webhook at ${address}`, async () => (await this.#callsOf(address)) === 0);
    }
    await this.#publish();
  }

  /** Reviews that all processes together have answered. */
  async calls(): Promise<number> {
    const answers = await Promise.all(ADDRESSES.map((address) => this.#callsOf(address)));
    return answers.reduce((sum, calls) => sum + calls, 0);
  }

  async #callsOf(address: string): Promise<number> {
    const { body } = await request(`https://${address}:${PORT}/calls`, { dispatcher: this.#dispatcher });
    return Number(await body.text());
  }

  async stop(): Promise<void> {
    for (const child of this.#children) child.kill();
    await this.#dispatcher.close();
  }

  async #publish(): Promise<void> {
    const { api } = this.#rig;
    await api.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    await api.create(`/api/v1/namespaces/${NAMESPACE}/services`, {
      metadata: { name: NAME },
      spec: { ports: [{ name: 'https', port: 443, targetPort: PORT }] },
    });
    await api.create(`/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`, {
      metadata: { name: NAME, labels: { 'kubernetes.io/service-name': NAME } },
      addressType: 'IPv4',
      ports: [{ name: 'https', port: PORT, protocol: 'TCP' }],
      endpoints: ADDRESSES.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    });
  }
}
