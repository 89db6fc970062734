import * as z from 'zod';
import { durationField, flagField, judged, textField, WEEK, wholeField, wrongOrMissing } from './fields.ts';
import { headerNameProblem, methodProblem, retryOnProblem } from './http-words.ts';
import { listOf, mapOf, setOfTexts } from './lists.ts';
import { textMatch } from './text-match.ts';

/** What a route says of a request besides where it goes, field by field as in Istio's HTTPRoute. */

export const retriesSchema = z
  .strictObject(
    {
      attempts: wholeField(0, 1_000).describe('How often a request that failed is tried again; 0 for never.'),
      perTryTimeout: durationField(1, WEEK)
        .optional()
        .describe("Longest time for one try; the route's timeout when left out."),
      retryOn: judged(textField('must be reasons with commas between, such as 5xx,reset'), retryOnProblem)
        .optional()
        .describe("After what it is tried again: Envoy's words and statuses, with commas; Istio's own when left out."),
      retryRemoteLocalities: flagField().optional().describe('Whether it is also tried in other localities.'),
    },
    { error: wrongOrMissing('must be a map such as {attempts: 3, perTryTimeout: 2s, retryOn: 5xx}') },
  )
  .meta({
    description: 'When and how often a request that failed is tried again.',
    'x-kubernetes-validations': [
      {
        rule: 'self.attempts > 0 || !(has(self.perTryTimeout) || has(self.retryOn))',
        message: 'attempts: 0 turns retries off: drop perTryTimeout and retryOn',
      },
    ],
  });

const headerNames = (description: string) =>
  setOfTexts(
    judged(textField('must be the name of a header, as text'), (name) =>
      headerNameProblem(name) === undefined ? undefined : 'must be the name of a header, such as x-user',
    ),
    'must be a list of header names, such as [x-user]',
  )
    .optional()
    .describe(description);

const headerValues = (description: string) =>
  mapOf(
    textField('must be text; put it in quotes'),
    'must be a map of header names and values, such as {x-user: "1"}',
    headerNameProblem,
  )
    .optional()
    .describe(description);

const operations = (whose: string) =>
  z
    .strictObject(
      {
        set: headerValues('Headers that get this value instead of theirs.'),
        add: headerValues('Headers that get this value besides theirs.'),
        remove: headerNames('Headers that go.'),
      },
      { error: wrongOrMissing('must be a map of set, add and remove, such as {set: {x-user: "1"}}') },
    )
    .optional()
    .describe(`Headers of ${whose}.`);

export const headersSchema = z
  .strictObject(
    {
      request: operations('the request, before it is sent on'),
      response: operations('the answer, before it is given'),
    },
    { error: wrongOrMissing('must be a map of request and response, such as {request: {set: {x-user: "1"}}}') },
  )
  .describe('Headers that are set, added or removed on the way.');

export const rewriteSchema = judged(
  z.strictObject(
    {
      uri: judged(textField('must be a path, as text'), (uri) =>
        uri === '' ? 'is empty; write / for the root' : undefined,
      )
        .meta({ minLength: 1 })
        .optional()
        .describe('What takes the place of the path, or of the prefix that was met.'),
      authority: judged(textField('must be a host, as text'), (host) =>
        host === '' ? 'is empty; write a host' : undefined,
      )
        .meta({ minLength: 1 })
        .optional()
        .describe('What takes the place of the host.'),
    },
    { error: wrongOrMissing('must be a map of uri, authority or both, such as {uri: /}') },
  ),
  ({ uri, authority }) =>
    uri === undefined && authority === undefined ? 'changes nothing; it needs uri, authority or both' : undefined,
).meta({
  description: 'What of the request is changed before it is sent on.',
  'x-kubernetes-validations': [
    { rule: 'has(self.uri) || has(self.authority)', message: 'needs uri, authority or both' },
  ],
});

export const corsSchema = z
  .strictObject(
    {
      allowOrigins: listOf(
        textMatch({ example: '{exact: https://app.example.com}' }),
        'must be a list of origins, such as [{exact: https://app.example.com}]',
      )
        .min(1, 'must have at least one origin; [{regex: .*}] for all')
        .describe('Origins whose pages may ask.'),
      allowMethods: setOfTexts(
        judged(textField('must be an HTTP method, as text'), methodProblem),
        'must be a list of HTTP methods, such as [GET, POST]',
      )
        .optional()
        .describe('Methods that they may use.'),
      allowHeaders: headerNames('Headers that they may send.'),
      exposeHeaders: headerNames('Headers of the answer that they may read.'),
      maxAge: durationField(1_000, WEEK).optional().describe('How long a browser remembers the answer.'),
      allowCredentials: flagField().optional().describe('Whether they may send cookies and the like.'),
      unmatchedPreflights: z
        .enum(['FORWARD', 'IGNORE'], { error: wrongOrMissing('must be FORWARD or IGNORE') })
        .optional()
        .describe('What becomes of a preflight from another origin: it is sent on, or answered with nothing allowed.'),
    },
    { error: wrongOrMissing('must be a map such as {allowOrigins: [{exact: https://app.example.com}]}') },
  )
  .describe('What pages of other origins may ask for (CORS).');
