import t from 'tap';
import { gatewayPorts, meshPorts, type RoutePorts } from '../../../../src/traffic/istio/reach/route-ports.ts';
import { service } from './build.ts';

const said = (found: RoutePorts): string => ('ports' in found ? found.ports.join(' ') : found.refusal.reason);

const inMesh: Record<string, [ports: string[], said: string]> = {
  'the only port': [['80 http'], '80'],
  'each port of HTTP': [['80 http', '9090 http-metrics'], '80 9090'],
  'also those that are sniffed': [['80', '9090 grpc'], '80 9090'],
  'and no others': [['5432 tcp-db', '80 http', '443 https', '53/UDP http'], '80'],
  'none of HTTP': [['5432 tcp-db'], 'NoHTTPPort'],
  'no port at all': [[], 'NoHTTPPort'],
};
for (const [claim, [ports, expected]] of Object.entries(inMesh)) {
  t.equal(said(meshPorts(service('app', ports))), expected, `mesh: ${claim}`);
}

const atGateways: Record<string, [ports: string[], chosen: number | undefined, said: string]> = {
  'the only port': [['80 http'], undefined, '80'],
  'the only port of HTTP': [['5432 tcp-db', '8080 http'], undefined, '8080'],
  'the only one that may be HTTP': [['5432 tcp-db', '8080'], undefined, '8080'],
  'several, and none chosen': [['80 http', '9090 http-metrics'], undefined, 'PortAmbiguous'],
  'a sniffed one counts among them': [['80 http', '9090'], undefined, 'PortAmbiguous'],
  'the chosen one of several': [['80 http', '9090 http-metrics'], 9090, '9090'],
  'a chosen one that the Service has not': [['80 http'], 8080, 'PortNotExposed'],
  'a chosen one that is not HTTP': [['80 http', '5432 tcp-db'], 5432, 'ProtocolMismatch'],
  'none of HTTP': [['443 https'], undefined, 'NoHTTPPort'],
};
for (const [claim, [ports, chosen, expected]] of Object.entries(atGateways)) {
  t.equal(said(gatewayPorts(service('app', ports), chosen)), expected, `gateway: ${claim}`);
}
