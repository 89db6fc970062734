import type { ApiClient } from '../api.ts';

const FRESH_MS = 1_000;

interface Known {
  address: Promise<string | undefined>;
  until: number;
}

/** What the cluster's DNS would tell of Services; an answer is kept for a second. */
export class ServiceAddresses {
  readonly #api: ApiClient;
  readonly #namespace: string;
  readonly #known = new Map<string, Known>();

  /** `namespace` is that of names that say none. */
  constructor(api: ApiClient, namespace: string) {
    this.#api = api;
    this.#namespace = namespace;
  }

  /** The cluster IP of a Service; undefined for any other name. Throws for a headless Service. */
  of(host: string): Promise<string | undefined> {
    const known = this.#known.get(host);
    if (known && known.until > Date.now()) return known.address;
    const address = this.#find(host);
    this.#known.set(host, { address, until: Date.now() + FRESH_MS });
    return address;
  }

  async #find(host: string): Promise<string | undefined> {
    const [, name = host, namespace = this.#namespace] =
      /^([^.]+)(?:\.([^.]+)(?:\.svc(?:\.cluster\.local)?)?)?$/.exec(host) ?? [];
    if (name.includes('.')) return undefined;
    const service = await this.#api.find(`/api/v1/namespaces/${namespace}/services/${name}`);
    const address = service?.['spec'].clusterIP;
    if (address === 'None') throw new Error(`${host} is headless: the rig's caller needs a Service with an address`);
    return address;
  }
}
