import type { ServingCertificate } from '../server.ts';

/** Called with the first certificate, and again with every new one. */
export type UseCertificate = (certificate: ServingCertificate) => void;

/** Where the serving certificate comes from. It goes on trying until it is stopped. */
export interface CertificateSource {
  start(use: UseCertificate): void;
  stop(): Promise<void>;
}
