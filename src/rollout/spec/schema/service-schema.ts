import * as z from 'zod';
import { MOST_ELSEWHERE, readRouteChoice } from '../route-choice.ts';
import { isDnsLabel, isPortName, MAX_LABEL } from './dns.ts';
import { durationField, judged, textField, WEEK, wholeField, wrongOrMissing } from './fields.ts';
import { gatewayProblem, hostProblem } from './hosts.ts';
import { listOf, setOfTexts } from './lists.ts';
import { matchSchema } from './match-schema.ts';
import { corsSchema, headersSchema, retriesSchema, rewriteSchema } from './route-schema.ts';
import { trafficPolicySchema } from './traffic-policy-schema.ts';

/** Protocols that Istio reads from the start of a port's name, and that have no requests to divide. */
const NOT_HTTP = /^(tcp|tls|https|mongo|mysql|redis|udp)(-|$)/;

function portNameProblem(name: string): string | undefined {
  if (!isDnsLabel(name)) return 'must be the name of a Service port: lower case letters, digits and -, such as http';
  const protocol = NOT_HTTP.exec(name)?.[1];
  if (protocol === undefined) return undefined;
  return `makes Istio take the port for ${protocol}, and only HTTP and gRPC can be divided by weight; write http or grpc`;
}

const serviceNameProblem = (name: string): string | undefined =>
  isDnsLabel(name)
    ? undefined
    : 'must be the name of a Service in the same namespace: lower case letters, digits and -';

const ROUTE_WORDS =
  'must be the name of a VirtualService such as web, one of its HTTP routes such as web/main, or, in another namespace, edge/web/main or edge/web/* for all of them';

const routeProblem = (route: string): string | undefined =>
  readRouteChoice(route) === undefined ? ROUTE_WORDS : undefined;

function routesProblem(routes: readonly string[]): string | undefined {
  const elsewhere = routes.filter((route) => readRouteChoice(route)?.namespace !== undefined);
  return elsewhere.length > MOST_ELSEWHERE
    ? `names ${elsewhere.length} routes with a namespace, and at most ${MOST_ELSEWHERE} are taken; name whole VirtualServices, or divide fewer of them`
    : undefined;
}

const PORT_WORDS = 'must be a container port, as a number from 1 to 65535 or a name such as http';

const portProblem = (port: number | string): string | undefined =>
  (typeof port === 'number' ? port >= 1 && port <= 65_535 : isPortName(port)) ? undefined : PORT_WORDS;

/** What Istio does with a request besides choosing where it goes: fields of the HTTP route, by their names there. */
const http = {
  timeout: durationField(1, WEEK)
    .optional()
    .describe('Longest time for a request, its retries included; no limit when left out.'),
  retries: retriesSchema.optional(),
  headers: headersSchema.optional(),
  match: listOf(matchSchema, 'must be a list of conditions, such as [{uri: {prefix: /api}}]')
    .optional()
    .describe('The only requests that the route serves: those that meet one of the conditions. All when left out.'),
  rewrite: rewriteSchema.optional(),
  corsPolicy: corsSchema.optional(),
};

/** `service` of a Canary as a person writes it. */
export const serviceSchema = z
  .strictObject(
    {
      name: judged(textField('must be the name of a Service, as text'), serviceNameProblem)
        .meta({ maxLength: MAX_LABEL })
        .optional()
        .describe(
          'The Service by which clients reach the app. When left out, the one of its name, or the only one that selects its pods.',
        ),
      port: wholeField(1, 65_535)
        .optional()
        .describe(
          'The port of the Service that is made where there is none; at a gateway, the port of yours that is meant, where several serve HTTP.',
        ),
      portName: judged(textField('must be the name of a Service port, such as http'), portNameProblem)
        .meta({ maxLength: MAX_LABEL })
        .default('http')
        .describe("Name of the made Service's port; Istio reads the protocol from it."),
      targetPort: judged(z.union([z.int(), z.string()], { error: wrongOrMissing(PORT_WORDS) }), portProblem)
        .optional()
        .meta({
          description: "Number or name of a container port; the Service's port when left out.",
          'x-kubernetes-int-or-string': true,
        }),
      hosts: setOfTexts(
        judged(textField('must be a DNS name, as text'), hostProblem),
        'must be a list of host names, such as [app.example.com]',
      )
        .optional()
        .describe("Hosts that the route serves, besides the Service's own."),
      gateways: setOfTexts(
        judged(textField('must be the name of a Gateway, as text'), gatewayProblem),
        'must be a list of Gateways, such as [istio-system/public-gateway]',
      )
        .optional()
        .describe('Istio Gateways, as name or namespace/name, that the route is bound to besides the mesh.'),
      routes: judged(
        setOfTexts(
          judged(textField('must be the name of a route, as text'), routeProblem),
          'must be a list of routes, such as [web] or [web/main]',
        ),
        routesProblem,
      )
        .optional()
        .describe(
          'Of your VirtualServices, the only ones whose weights are set: name, name/route for one HTTP route, and in other namespaces namespace/name/route, or namespace/name/* for all routes of one. When left out, all of the namespace that lead to the Service.',
        ),
      ...http,
      trafficPolicy: trafficPolicySchema.optional(),
    },
    { error: wrongOrMissing('must be a map such as {port: 9898}') },
  )
  .describe('How the Deployment is reached.');

export type ServiceForm = z.output<typeof serviceSchema>;
