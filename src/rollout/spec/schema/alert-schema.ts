import * as z from 'zod';
import { enumField, flagField, wrongOrMissing } from './fields.ts';
import { listedName, objectName } from './name-fields.ts';

/** From the least to the most serious; an alert gets its own and what is more serious. */
export const SEVERITIES = ['info', 'warn', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

const providerRef = z
  .strictObject(
    {
      name: objectName('an AlertProvider'),
      namespace: objectName('a namespace')
        .optional()
        .describe("The Canary's own when left out; else only the one where Headgate runs."),
    },
    { error: wrongOrMissing('must be a map such as {name: on-call}') },
  )
  .describe('The AlertProvider that says where notifications go.');

/** One receiver of notifications as a person writes it, in an annotation's list or in a Canary. */
export const alertSchema = z.strictObject(
  {
    name: listedName('the alert'),
    severity: enumField(SEVERITIES, `must be ${SEVERITIES.join(', ')}`)
      .default('info')
      .describe('The least serious that is sent: info sends everything, error only what failed.'),
    providerRef,
    checks: flagField().default(false).describe('Every failed check, and every one without an answer, too.'),
  },
  { error: wrongOrMissing('must be a map such as {name: on-call, providerRef: {name: on-call}}') },
);

export type AlertForm = z.output<typeof alertSchema>;
