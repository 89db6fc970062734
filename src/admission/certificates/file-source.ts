import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../telemetry/log.ts';
import type { CertificateSource, UseCertificate } from './source.ts';

export interface FileSourceOptions {
  /** Holds `tls.crt` and `tls.key`, as cert-manager's Secrets do when they are mounted. */
  dir: string;
  log: Logger;
  /** From one look at the files to the next. Default: 10 s. */
  checkMs?: number;
}

/**
 * A certificate that somebody else makes and renews. The files are read again and again, because a mounted Secret is
 * exchanged by links that file watches do not follow; a pair that does not fit (half exchanged) is left for the next look.
 */
export class FileCertificates implements CertificateSource {
  readonly #options: FileSourceOptions;
  readonly #stop = new AbortController();
  #used = '';
  #loop: Promise<void> | undefined;

  constructor(options: FileSourceOptions) {
    this.#options = options;
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
    const { dir, log, checkMs = 10_000 } = this.#options;
    while (!signal.aborted) {
      await this.#look(use).catch((error: unknown) => {
        log.warn({ dir, err: error }, 'the certificate files cannot be used; they are read again');
      });
      await sleep(checkMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(use: UseCertificate): Promise<void> {
    const { dir, log } = this.#options;
    const [cert, key] = await Promise.all(
      ['tls.crt', 'tls.key'].map((file) => readFile(join(dir, file), 'utf8')) as [Promise<string>, Promise<string>],
    );
    if (cert === this.#used) return;
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new Error('tls.key is not of tls.crt');
    use({ cert, key });
    this.#used = cert;
    log.info({ dir }, 'a certificate is in use');
  }
}
