import t from 'tap';
import { isHttpOrSniffed, type Protocol, protocolOf } from '../../../../src/traffic/istio/reach/protocol.ts';
import type { ServicePort } from '../../../../src/traffic/istio/reach/service.ts';

const cases: Record<string, [port: ServicePort, protocol: Protocol]> = {
  'a name that is a protocol': [{ port: 80, name: 'http' }, 'http'],
  'a name that begins with one': [{ port: 80, name: 'http-web' }, 'http'],
  'in any case': [{ port: 80, name: 'HTTP-Web' }, 'http'],
  'only up to the first dash': [{ port: 80, name: 'web-http' }, 'sniffed'],
  'not where no dash follows': [{ port: 80, name: 'httpweb' }, 'sniffed'],
  http2: [{ port: 80, name: 'http2-x' }, 'http2'],
  grpc: [{ port: 80, name: 'grpc' }, 'grpc'],
  'grpc-web, which has a dash of its own': [{ port: 80, name: 'grpc-web' }, 'grpc-web'],
  'grpc-web with a suffix': [{ port: 80, name: 'grpc-web-x' }, 'grpc-web'],
  'tcp is not HTTP': [{ port: 80, name: 'tcp-web' }, 'tcp'],
  'https is not HTTP': [{ port: 443, name: 'https' }, 'https'],
  'nor is tls': [{ port: 443, name: 'tls-x' }, 'tls'],
  'nor mongo': [{ port: 9000, name: 'mongo' }, 'mongo'],
  'nor redis': [{ port: 9000, name: 'redis-x' }, 'redis'],
  'nor mysql': [{ port: 9000, name: 'mysql' }, 'mysql'],
  'UDP never': [{ port: 80, name: 'http', protocol: 'UDP' }, 'udp'],
  'UDP never, whatever the appProtocol': [{ port: 80, appProtocol: 'http', protocol: 'UDP' }, 'udp'],
  'no name is sniffed': [{ port: 8080 }, 'sniffed'],
  'a name that says nothing is sniffed': [{ port: 8080, name: 'web' }, 'sniffed'],
  'SMTP is never sniffed': [{ port: 25 }, 'tcp'],
  'DNS is never sniffed': [{ port: 53, name: 'dns' }, 'tcp'],
  'MySQL is never sniffed': [{ port: 3306 }, 'tcp'],
  'MongoDB is never sniffed': [{ port: 27017 }, 'tcp'],
  'but such a port may say what it is': [{ port: 3306, name: 'http' }, 'http'],
  'appProtocol wins over the name': [{ port: 80, name: 'tcp-web', appProtocol: 'http' }, 'http'],
  'appProtocol wins over a name of HTTP': [{ port: 80, name: 'http', appProtocol: 'tcp' }, 'tcp'],
  'an appProtocol that says nothing wins too': [{ port: 80, name: 'http', appProtocol: 'amqp' }, 'sniffed'],
  'an appProtocol up to the first dash': [{ port: 80, appProtocol: 'grpc-x' }, 'grpc'],
  'HTTP/2 without TLS, as Kubernetes names it': [{ port: 80, appProtocol: 'kubernetes.io/h2c' }, 'http2'],
  WebSocket: [{ port: 80, appProtocol: 'kubernetes.io/ws' }, 'http'],
  'WebSocket over TLS is HTTPS': [{ port: 443, appProtocol: 'kubernetes.io/wss' }, 'https'],
  'such names count as an appProtocol only': [{ port: 80, name: 'kubernetes.io/ws' }, 'sniffed'],
};

for (const [claim, [port, protocol]] of Object.entries(cases)) t.equal(protocolOf(port), protocol, claim);

t.same(
  (['http', 'http2', 'grpc', 'grpc-web', 'sniffed'] as const).map(isHttpOrSniffed),
  [true, true, true, true, true],
  'HTTP rules hold on ports of HTTP and on those that are sniffed',
);
t.same(
  (['tcp', 'tls', 'https', 'mongo', 'redis', 'mysql', 'udp'] as const).filter(isHttpOrSniffed),
  [],
  'and on no others',
);
