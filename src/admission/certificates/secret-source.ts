import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../cluster/client.ts';
import { isConflict } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import type { Logger } from '../../telemetry/log.ts';
import { nextCertificateStep } from './plan.ts';
import { publishBundle } from './publish.ts';
import type { CertificateSource, UseCertificate } from './source.ts';
import { type Lives, takeCertificateStep } from './take-step.ts';
import { bundleOf, readTlsState, type TlsState, writeTlsState } from './tls-state.ts';

export interface SecretSourceOptions {
  client: Pick<KubeClient, 'get' | 'patch' | 'replace'>;
  /** Namespace and name of the Secret; it must exist. */
  secret: { namespace: string; name: string };
  /** Name of the MutatingWebhookConfiguration that gets the bundle. */
  configuration: string;
  /** DNS names under which the API server calls. */
  names: readonly string[];
  /** Milliseconds since the epoch. */
  now: () => number;
  log: Logger;
  timing?: Partial<SecretTiming>;
}

export interface SecretTiming extends Lives {
  /** From one look at the Secret to the next. */
  checkMs: number;
  /** After a look that failed. */
  retryMs: number;
  /** How long API servers need to learn a new bundle. */
  settleMs: number;
}

const DAY = 86_400_000;
const TIMING: SecretTiming = {
  authorityMs: 365 * DAY,
  servingMs: 14 * DAY,
  checkMs: 60_000,
  retryMs: 2_000,
  settleMs: 5 * 60_000,
};
const MOST_RACES = 10;

interface TlsSecret extends KubeObject {
  data?: Record<string, string>;
}

/**
 * The certificate that Headgate makes itself. All replicas share it through one Secret: whoever wants to change it replaces
 * the Secret at the resourceVersion it saw, and whoever loses takes what the winner wrote. Looking every minute, instead of
 * setting a timer for the renewal, also finds what happened while the machine slept.
 */
export class SecretCertificates implements CertificateSource {
  readonly #options: SecretSourceOptions;
  readonly #timing: SecretTiming;
  readonly #path: string;
  readonly #stop = new AbortController();
  #used = '';
  #loop: Promise<void> | undefined;

  constructor(options: SecretSourceOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#path = pathOf(KINDS.secrets, options.secret.namespace, options.secret.name);
  }

  start(use: UseCertificate): void {
    this.#loop ??= this.#run(use);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(use: UseCertificate): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const ok = await this.#look(use).then(
        () => true,
        (error: unknown) => {
          this.#options.log.warn({ err: error }, 'the certificate could not be looked after; it is tried again');
          return false;
        },
      );
      await sleep(ok ? this.#timing.checkMs : this.#timing.retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** API servers trust an authority before anything that it signed is shown. */
  async #look(use: UseCertificate): Promise<void> {
    const state = await this.#agree();
    const { serving } = state;
    await publishBundle(this.#options.client, this.#options.configuration, bundleOf(state));
    if (serving === undefined || serving.cert === this.#used) return;
    use(serving);
    this.#used = serving.cert;
    this.#options.log.info({ secret: this.#options.secret.name }, 'a certificate is in use');
  }

  /** The state that needs no further step; every step is written before the next one. */
  async #agree(): Promise<TlsState> {
    const { client, names, now } = this.#options;
    for (let race = 0; race < MOST_RACES; race++) {
      const secret = await client.get<TlsSecret>(this.#path);
      const state = readTlsState(secret.data);
      const at = now();
      const step = nextCertificateStep(state, { names, settleMs: this.#timing.settleMs, now: at });
      if (step === 'serve') return state;
      if (step === 'switch') await publishBundle(client, this.#options.configuration, bundleOf(state));
      const after = await takeCertificateStep(state, step, { names, lives: this.#timing, now: at });
      await this.#write(secret, after, step);
    }
    throw new Error(`other replicas changed Secret ${this.#options.secret.name} ${MOST_RACES} times in a row`);
  }

  async #write(secret: TlsSecret, state: TlsState, step: string): Promise<void> {
    try {
      await this.#options.client.replace<TlsSecret>(this.#path, { ...secret, data: writeTlsState(state) });
      this.#options.log.info({ secret: this.#options.secret.name, step }, 'the certificate was changed');
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}
