import type { ServicePort } from './service.ts';

const SPOKEN = ['http', 'http2', 'grpc', 'grpc-web', 'https', 'tls', 'tcp', 'mongo', 'redis', 'mysql'] as const;

/** `sniffed`: the Service does not say, so Envoy looks at the first bytes, and HTTP rules hold where they are HTTP. */
export type Protocol = (typeof SPOKEN)[number] | 'udp' | 'sniffed';

/** Names that Kubernetes defines, which count as an appProtocol only. */
const KUBERNETES: Readonly<Record<string, Protocol>> = {
  'kubernetes.io/h2c': 'http2',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'https',
};

/** Where the server speaks first (SMTP, DNS, MySQL, MongoDB), there is nothing to sniff. */
const NEVER_SNIFFED: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

const HTTP: ReadonlySet<Protocol> = new Set<Protocol>(['http', 'http2', 'grpc', 'grpc-web']);
const TLS: ReadonlySet<Protocol> = new Set<Protocol>(['https', 'tls']);

/** What Istio takes a Service's port to speak: its appProtocol, else its name up to the first dash. */
export function protocolOf({ port, name = '', protocol, appProtocol }: ServicePort): Protocol {
  if (protocol === 'UDP') return 'udp';
  const word = (appProtocol ?? name).toLowerCase();
  const ofKubernetes = appProtocol === undefined ? undefined : KUBERNETES[word];
  return ofKubernetes ?? spoken(word) ?? (NEVER_SNIFFED.has(port) ? 'tcp' : 'sniffed');
}

function spoken(word: string): Protocol | undefined {
  if (word.startsWith('grpc-web')) return 'grpc-web';
  const [first] = word.split('-');
  return SPOKEN.find((protocol) => protocol === first);
}

export const isHttp = (protocol: Protocol): boolean => HTTP.has(protocol);

/** Whether HTTP rules hold on such a port. */
export const isHttpOrSniffed = (protocol: Protocol): boolean => isHttp(protocol) || protocol === 'sniffed';

export const isTls = (protocol: Protocol): boolean => TLS.has(protocol);
