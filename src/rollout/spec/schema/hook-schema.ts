import * as z from 'zod';
import { durationField, enumField, flagField, judged, textField, WEEK, wholeField, wrongOrMissing } from './fields.ts';
import { HOOK_TYPES, isGate } from './hook-types.ts';
import { listedName } from './name-fields.ts';

/** Characters; a metadata value may be a whole command. */
const MAX_METADATA = 4_096;
const MAX_URL = 2_048;

const MINUTE = 60_000;

/** What is wrong with the address of a hook, as a predicate on it. Whether it may be called is the administrator's choice. */
export function urlProblem(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.hostname === '') {
    return 'must be the URL of a service, such as http://loadtester.test/gate/check';
  }
  if (parsed.username !== '' || parsed.password !== '') return 'must not have a user or a password in it';
  return parsed.hash === '' ? undefined : 'has a fragment (#…), which is never sent; drop it';
}

/** One hook as a person writes it, in an annotation's list or in a Canary. */
export const hookSchema = z
  .strictObject(
    {
      name: listedName('the hook'),
      type: enumField(HOOK_TYPES, `must be one of ${HOOK_TYPES.join(', ')}`)
        .default('rollout')
        .describe('When it is asked, and what its answer does.'),
      url: judged(textField('must be the URL of a service'), urlProblem)
        .meta({ maxLength: MAX_URL })
        .describe('Where the payload is posted to.'),
      timeout: durationField(100, 30 * MINUTE)
        .default('10s')
        .describe('Longest wait for one answer.'),
      retries: wholeField(0, 10).default(0).describe('How often a call without a good answer is made again.'),
      metadata: z
        .record(
          z.string(),
          judged(textField('must be text; put it in quotes'), metadataProblem).meta({ maxLength: MAX_METADATA }),
          {
            error: wrongOrMissing('must be a map of texts, such as {type: cmd}'),
          },
        )
        .optional()
        .meta({ maxProperties: 64 })
        .describe('Is part of the payload as it stands.'),
      timeLimit: durationField(1_000, 4 * WEEK)
        .optional()
        .describe(
          'How long to wait for an approval (confirm-… hooks); then the release fails. No limit when left out.',
        ),
      muteAlert: flagField().default(false).describe('No notification while the gate is closed.'),
    },
    { error: wrongOrMissing('must be a map such as {name: load, url: "http://loadtester.test/"}') },
  )
  .superRefine(({ type, timeLimit }, context) => {
    if (timeLimit === undefined || isGate(type)) return;
    const message = `has a meaning for confirm-… hooks only, and this is a ${type} hook; drop it`;
    context.addIssue({ code: 'custom', path: ['timeLimit'], message });
  });

function metadataProblem(value: string): string | undefined {
  return value.length > MAX_METADATA ? `has ${value.length} characters; at most ${MAX_METADATA}` : undefined;
}

export type HookForm = z.output<typeof hookSchema>;
