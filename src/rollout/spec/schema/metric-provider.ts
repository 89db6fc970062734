import * as z from 'zod';
import {
  METRIC_PROVIDER_TYPES,
  type MetricProviderType,
  PROVIDER_SETTINGS,
  traitsOf,
} from '../metric-templates/metric-providers.ts';
import { enumField, judged, textField, wrongOrMissing } from './fields.ts';
import { urlProblem } from './hook-schema.ts';
import { headerNameProblem } from './http-words.ts';
import { objectName } from './name-fields.ts';

const MAX_URL = 2_048;
const MAX_WORD = 256;
const MAX_HEADERS = 32;

const word = (what: string) =>
  judged(textField(`must be ${what}, as text`), (value) =>
    /^[\w.:/-]+$/.test(value) ? undefined : `must be ${what}: letters, digits, - and _`,
  ).meta({ minLength: 1, maxLength: MAX_WORD });

/** A region is part of a host name. */
const region = judged(textField('must be a region, such as eu-west-1'), (value) =>
  /^[a-z0-9-]{1,63}$/.test(value) ? undefined : 'must be a region, such as eu-west-1',
).meta({ minLength: 1, maxLength: 63 });

const line = judged(textField('must be text; put it in quotes'), (value) =>
  /^[\x20-\x7e]*$/.test(value) ? undefined : 'must be text in one line, as a header takes it',
).meta({ maxLength: 4_096 });

const headerMap = (values: z.ZodType<string>, example: string) =>
  judged(
    z.record(z.string(), values, { error: wrongOrMissing(`must be a map such as ${example}`) }),
    (headers) => Object.keys(headers).flatMap((name) => headerNameProblem(name) ?? [])[0],
  )
    .optional()
    .meta({ maxProperties: MAX_HEADERS });

const secretRef = z
  .strictObject(
    { name: objectName('a Secret') },
    { error: wrongOrMissing('must be a map such as {name: headgate-metrics}') },
  )
  .optional()
  .describe(
    "What the provider asks for: a Secret in the template's namespace; of a ClusterMetricTemplate, in Headgate's.",
  );

const providerFields = z.strictObject(
  {
    type: enumField(METRIC_PROVIDER_TYPES, `must be one of ${METRIC_PROVIDER_TYPES.join(', ')}`).describe(
      'Who is asked.',
    ),
    address: judged(textField('must be the URL of a server'), urlProblem)
      .optional()
      .meta({ maxLength: MAX_URL })
      .describe("Where it is; the provider's usual address when left out, and HEADGATE_METRICS_SERVER for prometheus."),
    region: region.optional().describe('Of AWS, for cloudwatch, and for prometheus as a service of AWS.'),
    project: word('a project').optional().describe("Of Google Cloud; the service account's own when left out."),
    database: word('a database').optional().describe('Of InfluxDB: then the query is InfluxQL, else Flux.'),
    headers: headerMap(line, '{X-Scope-OrgID: team-a}').describe('Sent with each question.'),
    secretHeaders: headerMap(word('a key of the Secret'), '{X-Scope-OrgID: tenant}').describe(
      'Headers whose values are in the Secret, by its keys.',
    ),
    secretRef,
  },
  { error: wrongOrMissing('must be a map such as {type: prometheus}') },
);

/** What is wrong with the fields that only some providers have. */
const fieldProblems = ({ type, ...fields }: z.output<typeof providerFields>): [field: string, message: string][] => {
  const { address, settings = {} } = traitsOf(type);
  const found: [string, string | false | undefined][] = [
    ['address', address === 'needed' && fields.address === undefined && `is missing; ${type} has no usual address`],
    ['address', address === 'none' && fields.address !== undefined && `has no meaning for ${type}; drop it`],
    [
      'secretHeaders',
      fields.secretHeaders !== undefined && fields.secretRef === undefined && 'needs a secretRef beside it',
    ],
    [
      'address',
      isOwnServer(type, fields) && `is missing: without it HEADGATE_METRICS_SERVER is asked, with its own login`,
    ],
    ...PROVIDER_SETTINGS.map((name): [string, string | undefined] => [
      name,
      settingProblem(type, fields[name], settings[name]),
    ]),
  ];
  return found.flatMap(([field, message]) => (typeof message === 'string' ? [[field, message]] : []));
};

/** Without an address Headgate's own server is asked, which is told nothing else. */
const isOwnServer = (
  type: MetricProviderType,
  { address, secretRef, headers, region: place }: Omit<z.output<typeof providerFields>, 'type'>,
): boolean => type === 'prometheus' && address === undefined && (secretRef ?? headers ?? place) !== undefined;

function settingProblem(
  type: MetricProviderType,
  value: string | undefined,
  need: 'needed' | 'optional' | undefined,
): string | undefined {
  if (value === undefined) return need === 'needed' ? `is missing; ${type} needs it` : undefined;
  return need === undefined ? `has no meaning for ${type}; drop it` : undefined;
}

/** Whom a MetricTemplate asks. */
export const metricProviderSchema = providerFields.superRefine((fields, context) => {
  for (const [field, message] of fieldProblems(fields)) context.addIssue({ code: 'custom', path: [field], message });
});
