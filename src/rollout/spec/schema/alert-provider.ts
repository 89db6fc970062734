import * as z from 'zod';
import { findingsOf } from '../rules/issues.ts';
import { specKey } from '../spec.ts';
import { enumField, judged, textField, wrongOrMissing } from './fields.ts';
import { objectName } from './name-fields.ts';

/** What a receiver of notifications is. */
export const PROVIDER_TYPES = ['slack', 'msteams', 'discord', 'rocket', 'gchat', 'webhook'] as const;
export type ProviderType = (typeof PROVIDER_TYPES)[number];

/** The Secret of a provider that names none. */
export const DEFAULT_SECRET = 'headgate-alerts';
/** Longest name of a sender or a channel that any receiver takes. */
const MAX_WORD = 80;

/** Receivers that let the message say where it goes, and who says it. Everywhere else the address decides. */
const TAKES = {
  channel: ['slack', 'rocket'],
  username: ['slack', 'discord', 'rocket'],
} as const satisfies Record<string, readonly ProviderType[]>;

const meaning = (field: keyof typeof TAKES): string =>
  `has a meaning for ${TAKES[field].join(', ')} only; elsewhere the address decides, so drop it`;

const word = (what: string) =>
  judged(textField(`must be ${what}, as text`), (value) =>
    /^[^\p{Cc}]+$/u.test(value) ? undefined : `must be ${what}: text in one line`,
  ).meta({ minLength: 1, maxLength: MAX_WORD });

const secretRef = z
  .strictObject(
    { name: objectName('a Secret').default(DEFAULT_SECRET) },
    { error: wrongOrMissing(`must be a map such as {name: ${DEFAULT_SECRET}}`) },
  )
  .default({ name: DEFAULT_SECRET })
  .describe('The Secret, in the same namespace, with the key address and, where there is one, token.');

/** `spec` of an AlertProvider as a person writes it: where notifications go. The address itself is in a Secret. */
export const providerSchema = z
  .strictObject(
    {
      type: enumField(PROVIDER_TYPES, `must be one of ${PROVIDER_TYPES.join(', ')}`).describe('What receives.'),
      channel: word('the name of a channel')
        .optional()
        .describe('The channel, for slack and rocket; needed with a token of Slack.'),
      username: word('the name of a sender')
        .optional()
        .describe('Who the message is from, for slack, discord and rocket.'),
      secretRef,
    },
    { error: wrongOrMissing('must be a map such as {type: slack}') },
  )
  .superRefine((provider, context) => {
    for (const field of ['channel', 'username'] as const) {
      const takes: readonly ProviderType[] = TAKES[field];
      if (provider[field] === undefined || takes.includes(provider.type)) continue;
      context.addIssue({ code: 'custom', path: [field], message: meaning(field) });
    }
  })
  .meta({
    'x-kubernetes-validations': (['channel', 'username'] as const).map((field) => ({
      rule: `!has(self.${field}) || self.type in ${JSON.stringify(TAKES[field]).replaceAll('"', "'")}`,
      message: `${field} ${meaning(field)}`,
      fieldPath: `.${field}`,
    })),
  });

export type AlertProviderSpec = z.output<typeof providerSchema>;

/** The spec with its defaults, or all that is wrong with it, in words. */
export function readProvider(spec: unknown): { ok: true; value: AlertProviderSpec } | { ok: false; message: string } {
  const parsed = providerSchema.safeParse(spec);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = findingsOf(parsed.error, providerSchema).map(({ path, message }) => `${specKey(path)} ${message}`);
  return { ok: false, message: problems.join('; ') };
}
