import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../cluster/client.ts';
import { isConflict } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { KubeObject } from '../../rollout/kube.ts';
import type { Logger } from '../../telemetry/log.ts';
import { Configuration } from './configuration.ts';
import { type CertificateStep, isDamaged, nextCertificateStep, soundPart } from './plan.ts';
import { type Repair, tellRepair } from './repair.ts';
import type { CertificateSource, UseCertificate } from './source.ts';
import { type Lives, takeCertificateStep } from './take-step.ts';
import { bundleOf, readTlsState, type TlsState, writeTlsState } from './tls-state.ts';

export interface SecretSourceOptions {
  client: Pick<KubeClient, 'get' | 'find' | 'create' | 'patch' | 'replace'>;
  /** Namespace and name of the Secret; it must exist. */
  secret: { namespace: string; name: string };
  /** Name of the MutatingWebhookConfiguration that gets the bundle. */
  configuration: string;
  /** DNS names under which the API server calls. */
  names: readonly string[];
  /** Whether this process is to answer: one that ends makes no configuration again. */
  serves: () => boolean;
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
  checkMs: 3_000,
  retryMs: 2_000,
  settleMs: 5 * 60_000,
};
const MOST_RACES = 10;

interface TlsSecret extends KubeObject {
  data?: Record<string, string>;
}

/**
 * The certificate that Headgate makes itself. All replicas share it through one Secret: whoever wants to change it replaces
 * the Secret at the resourceVersion it saw, and whoever loses takes what the winner wrote. Looking every few seconds, instead
 * of setting a timer for the renewal, also finds what happened while the machine slept, and what others have spoilt.
 */
export class SecretCertificates implements CertificateSource {
  readonly #options: SecretSourceOptions;
  readonly #timing: SecretTiming;
  readonly #path: string;
  readonly #configuration: Configuration;
  readonly #stop = new AbortController();
  #used = '';
  /** What stood in the Secret when it was last as it should be. */
  #known: TlsState | undefined;
  #loop: Promise<void> | undefined;

  constructor(options: SecretSourceOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#path = pathOf(KINDS.secrets, options.secret.namespace, options.secret.name);
    const { client, configuration: name, serves } = options;
    this.#configuration = new Configuration({ client, name, serves });
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
    const { secret, state } = await this.#agree();
    const { serving } = state;
    this.#known = state;
    const repair = await this.#configuration.publish(bundleOf(state));
    if (repair !== undefined) await this.#tell(secret, repair);
    if (serving === undefined || serving.cert === this.#used) return;
    use(serving);
    this.#used = serving.cert;
    this.#options.log.info({ secret: this.#options.secret.name }, 'a certificate is in use');
  }

  /** The state that needs no further step; every step is written before the next one. */
  async #agree(): Promise<{ secret: TlsSecret; state: TlsState }> {
    for (let race = 0; race < MOST_RACES; race++) {
      const secret = await this.#options.client.get<TlsSecret>(this.#path);
      const state = readTlsState(secret.data);
      if (this.#isSpoilt(state)) await this.#repair(secret, state);
      else if (!(await this.#step(secret, state))) return { secret, state };
    }
    throw new Error(`other replicas changed Secret ${this.#options.secret.name} ${MOST_RACES} times in a row`);
  }

  /** Takes the step that is due; false if none is. */
  async #step(secret: TlsSecret, state: TlsState): Promise<boolean> {
    const step = this.#next(state);
    if (step === 'serve') return false;
    if (step === 'switch') await this.#configuration.publish(bundleOf(state));
    await this.#write(secret, await this.#after(state, step), step);
    return true;
  }

  #next(state: TlsState): CertificateStep {
    const { names, now } = this.#options;
    return nextCertificateStep(state, { names, settleMs: this.#timing.settleMs, now: now() });
  }

  #after(state: TlsState, step: CertificateStep): Promise<TlsState> {
    const { names, now } = this.#options;
    return takeCertificateStep(state, step, { names, lives: this.#timing, now: now() });
  }

  /** Somebody wrote into it what is no certificate, or emptied it: no step of a certificate's life does. */
  #isSpoilt(state: TlsState): boolean {
    return isDamaged(state) || (this.#known !== undefined && state.authority === undefined);
  }

  /**
   * What cannot be read is replaced by what this process knows, and no admission fails; a process that knows nothing yet keeps
   * what is sound, and makes the rest anew. An emptied Secret is a wish for another authority.
   */
  async #repair(secret: TlsSecret, state: TlsState): Promise<void> {
    const isEmpty = Object.keys(secret.data ?? {}).length === 0;
    const restored = isEmpty ? undefined : this.#known;
    const sound = soundPart(state);
    const after = restored ?? (await this.#after(sound, this.#next(sound)));
    if (!(await this.#write(secret, after, 'repair'))) return;
    const how = restored ? 'what webhooks use stands in it again' : 'what it lacks is made anew';
    const message = `Secret ${secret.metadata.name} was emptied, or had no certificate that can be read: ${how}`;
    await this.#tell(secret, {
      reason: 'CertificateRepaired',
      id: `secret/${secret.metadata.resourceVersion}`,
      message,
    });
  }

  /** Whether it was written; it is not where another replica was quicker. */
  async #write(secret: TlsSecret, state: TlsState, step: string): Promise<boolean> {
    try {
      await this.#options.client.replace<TlsSecret>(this.#path, { ...secret, data: writeTlsState(state) });
      this.#options.log.info({ secret: this.#options.secret.name, step }, 'the certificate was changed');
      return true;
    } catch (error) {
      if (!isConflict(error)) throw error;
      return false;
    }
  }

  async #tell(secret: TlsSecret, repair: Repair): Promise<void> {
    const { client, log, now } = this.#options;
    log.warn({ reason: repair.reason }, repair.message);
    const onError = (error: unknown) => log.warn({ err: error }, 'an Event could not be written');
    await tellRepair(client, secret, repair, { now: now(), onError });
  }
}
