import { type Destination, destinationOf, type HookRules } from './destination.ts';
import type { Refusal } from './refusal.ts';
import { type Resolve, resolveVia } from './resolve.ts';

export interface CallGuardOptions {
  rules: HookRules;
  /** What an address is, if it must not be called whatever the rules say. */
  forbids: (address: string) => Promise<string | undefined>;
  resolve?: Resolve;
}

/** Where a call may go. */
export type Allowance = Exclude<Destination, { refusal: Refusal }>;

/**
 * Who may be called for whoever writes Deployments, Canaries and AlertProviders: hooks and receivers of notifications alike. An
 * address that was checked here is the one to connect to; redirects would lead past it.
 */
export class CallGuard {
  readonly #rules: HookRules;
  readonly #forbids: CallGuardOptions['forbids'];
  readonly #resolve: Resolve;

  constructor({ rules, forbids, resolve = resolveVia() }: CallGuardOptions) {
    this.#rules = rules;
    this.#forbids = forbids;
    this.#resolve = resolve;
  }

  /** As far as the address itself tells. @param namespace whose Services may be called */
  destination(url: string, namespace: string): Destination {
    return destinationOf(url, namespace, this.#rules);
  }

  /** All addresses of a destination, if none of them is forbidden. @throws the signal's reason, or the name server's error */
  async addresses({ host }: Allowance, signal: AbortSignal): Promise<string[] | { refusal: Refusal }> {
    const addresses = await this.#resolve(host, signal);
    for (const address of addresses) {
      const what = await this.#forbids(address);
      if (what !== undefined) return { refusal: { is: 'never', address, what } };
    }
    return addresses;
  }
}
