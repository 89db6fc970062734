import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Rig } from '../../rig/rig.ts';

const NAMESPACE = 'bench-noop';
const NAME = 'noop';
const PORT = 8443;
/** As many processes as Headgate has webhooks, at addresses of their own. */
const ADDRESSES = ['10.244.255.30', '10.244.255.31'];
const SCRIPT = join(import.meta.dirname, 'noop-webhook.ts');

/** The no-op webhook, reached as Headgate's is: a Service without selector, and an EndpointSlice. */
export class NoopWebhook {
  readonly #rig: Rig;
  readonly #children: ChildProcess[] = [];
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
      const child = fork(SCRIPT, [address, String(PORT), cert, key]);
      this.#children.push(child);
      await once(child, 'message');
    }
    await this.#publish();
  }

  /** Reviews that all processes together have answered. */
  async calls(): Promise<number> {
    const answers = this.#children.map(async (child) => {
      child.send('calls');
      const [{ calls }] = (await once(child, 'message')) as [{ calls: number }];
      return calls;
    });
    return (await Promise.all(answers)).reduce((sum, calls) => sum + calls, 0);
  }

  stop(): void {
    for (const child of this.#children) child.disconnect();
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
