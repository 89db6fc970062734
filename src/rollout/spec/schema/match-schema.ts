import * as z from 'zod';
import { isDnsLabel } from './dns.ts';
import { flagField, judged, textField, wholeField, wrongOrMissing } from './fields.ts';
import { gatewayProblem, MESH } from './hosts.ts';
import { headerNameProblem, methodProblem } from './http-words.ts';
import { mapOf, setOfTexts } from './lists.ts';
import { textMatch } from './text-match.ts';

const pathProblem = (path: string): string | undefined =>
  path.startsWith('/') ? undefined : 'must begin with /, as every path of a request does';

const headerMatch = textMatch({ example: '{exact: beta}', orPresence: true });

const headerMatches = (description: string) =>
  mapOf(headerMatch, 'must be a map of header names, such as {x-user: {exact: beta}}', headerNameProblem)
    .optional()
    .describe(description);

const source = {
  port: wholeField(1, 65_535).optional().describe('Port that the request was sent to.'),
  gateways: setOfTexts(
    judged(textField('must be the name of a Gateway, as text'), (name) =>
      name === MESH ? undefined : gatewayProblem(name),
    ),
    'must be a list of Gateways, such as [istio-system/public-gateway]',
  )
    .optional()
    .describe("Gateways that the request comes through: some of the route's own, or mesh."),
  sourceLabels: mapOf(textField('must be text; put it in quotes'), 'must be a map of labels, such as {app: web}')
    .optional()
    .describe('Labels of the pods that send it; only inside the mesh.'),
  sourceNamespace: judged(textField('must be the name of a namespace'), (name) =>
    isDnsLabel(name) ? undefined : 'must be the name of a namespace: lower case letters, digits and -',
  )
    .optional()
    .describe('Namespace of the pods that send it; only inside the mesh.'),
};

/** One condition on a request (Istio's HTTPMatchRequest): everything in it must be met. */
export const matchSchema = z
  .strictObject(
    {
      name: textField('must be text').optional().describe("A name for Istio's logs."),
      uri: textMatch({ example: '{prefix: /api}', judge: pathProblem }).optional().describe('The path.'),
      ignoreUriCase: flagField().optional().describe('Whether exact and prefix of uri are met in capitals too.'),
      scheme: textMatch({ example: '{exact: https}' }).optional().describe('http or https.'),
      method: textMatch({ example: '{exact: GET}', judge: methodProblem }).optional().describe('The HTTP method.'),
      authority: textMatch({ example: '{exact: app.example.com}' }).optional().describe('The host that is asked for.'),
      headers: headerMatches('Headers by name; {} is met by any value.'),
      withoutHeaders: headerMatches('Headers that must not be so; {} is met when there is none of the name.'),
      queryParams: mapOf(
        textMatch({ example: '{exact: beta}' }),
        'must be a map of query parameters, such as {user: {exact: beta}}',
      )
        .optional()
        .describe('Parameters of the query, by name.'),
      ...source,
    },
    { error: wrongOrMissing('must be a map such as {uri: {prefix: /api}}') },
  )
  .describe('One condition; all that it says must be met.');
