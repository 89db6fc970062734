import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { KubeObject } from '../rollout/kube.ts';
import type { KubeClient } from './client.ts';

const SERVICE = '/api/v1/namespaces/default/services/kubernetes';
/** Where its Service leads; the API servers keep it themselves. */
const ENDPOINTS = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes';
const REREAD_MS = 60_000;
const DEADLINE_MS = 5_000;

interface ServiceObject extends KubeObject {
  spec?: { clusterIPs?: string[] };
}
interface Slice extends KubeObject {
  endpoints?: { addresses?: string[] }[] | null;
}

export interface ApiServerOptions {
  client: KubeClient;
  /** Under which this process knows the API server: names or addresses. */
  hosts: readonly string[];
  onError?: (error: unknown) => void;
}

/** Every address at which the API server is known, at most about a minute old; what cannot be read is as it was before. */
export class ApiServerAddresses {
  readonly #options: ApiServerOptions;
  readonly #sources: readonly (() => Promise<string[]>)[];
  readonly #known: BlockList[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#sources = [...options.hosts.map((host) => () => addressesOf(host)), this.#clusterIps, this.#endpoints];
  }

  async has(address: string): Promise<boolean> {
    if (performance.now() - this.#readAt > REREAD_MS) this.#reading ??= this.#read();
    // Only the first has to wait.
    if (this.#readAt === Number.NEGATIVE_INFINITY) await this.#reading;
    return this.#known.some((list) => list.check(address, familyOf(address)));
  }

  async #read(): Promise<void> {
    const found = await Promise.allSettled(this.#sources.map((source) => source()));
    for (const [index, result] of found.entries()) {
      if (result.status === 'fulfilled') this.#known[index] = listOf(result.value);
      else this.#options.onError?.(result.reason);
    }
    this.#readAt = performance.now();
    this.#reading = undefined;
  }

  #clusterIps = async (): Promise<string[]> => {
    const service = await this.#options.client.find<ServiceObject>(SERVICE, { deadlineMs: DEADLINE_MS });
    return service?.spec?.clusterIPs ?? [];
  };

  #endpoints = async (): Promise<string[]> => {
    const slice = await this.#options.client.find<Slice>(ENDPOINTS, { deadlineMs: DEADLINE_MS });
    return (slice?.endpoints ?? []).flatMap(({ addresses = [] }) => addresses);
  };
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** Finds an IPv4 address also where it stands in IPv6. */
function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const address of addresses) list.addAddress(address, familyOf(address));
  return list;
}

async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
