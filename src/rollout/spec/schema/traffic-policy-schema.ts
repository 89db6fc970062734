import * as z from 'zod';
import { wrongOrMissing } from './fields.ts';

/** Istio's, to be taken as it is: only Istio knows what may be in it. */
const passedOn = (example: string) =>
  z
    .looseObject({}, { error: wrongOrMissing(`must be a map such as ${example}`) })
    .meta({ 'x-kubernetes-preserve-unknown-fields': true });

/** `trafficPolicy` of a DestinationRule. */
export const trafficPolicySchema = z
  .strictObject(
    {
      connectionPool: passedOn('{tcp: {maxConnections: 100}}')
        .optional()
        .describe('Limits of connections and requests.'),
      loadBalancer: passedOn('{simple: LEAST_REQUEST}').optional().describe('How a pod is chosen.'),
      outlierDetection: passedOn('{consecutive5xxErrors: 5}')
        .optional()
        .describe('When a pod that fails is left out for a while.'),
      tls: passedOn('{mode: ISTIO_MUTUAL}').optional().describe('How connections to the pods are secured.'),
      portLevelSettings: z
        .array(passedOn('{port: {number: 9898}}'), { error: wrongOrMissing('must be a list of settings by port') })
        .optional()
        .describe('The same by port.'),
      tunnel: passedOn('{targetHost: db.example.com, targetPort: 443}')
        .optional()
        .describe('How connections are tunnelled.'),
      proxyProtocol: passedOn('{version: V2}').optional().describe('The PROXY protocol, towards the pods.'),
      retryBudget: passedOn('{percent: 20}').optional().describe('How many of the requests may be retries.'),
    },
    { error: wrongOrMissing('must be a map such as {connectionPool: {tcp: {maxConnections: 100}}}') },
  )
  .describe('How connections to the pods are made, for stable and canary alike.');
