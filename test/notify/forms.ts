import { z } from 'zod';
import type { ProviderType } from '../../src/rollout/spec/schema/alert-provider.ts';

/**
 * What each receiver takes, from its own documentation, with its limits; a field that is not documented is refused. Unit
 * tests hold payloads against it, and so do the servers that stand for the receivers in cluster tests.
 */

/** docs.slack.dev: incoming webhooks, chat.postMessage, rich text blocks, secondary attachments, message metadata. */
const slackText = z.strictObject({
  type: z.literal('text'),
  text: z.string().min(1).max(3_000),
  style: z.strictObject({ bold: z.literal(true) }).optional(),
});
const slackRichText = z.strictObject({
  type: z.literal('rich_text'),
  elements: z.tuple([z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(slackText).min(1) })]),
});
const slack = z.strictObject({
  channel: z.string().optional(),
  username: z.string().max(80).optional(),
  text: z.string().max(40_000).refine(isEscaped, 'is not escaped'),
  mrkdwn: z.literal(false),
  attachments: z
    .array(
      z.strictObject({
        color: z.string().regex(/^#[0-9a-f]{6}$/),
        blocks: z.array(slackRichText).max(50),
      }),
    )
    .max(100),
  metadata: z.strictObject({
    event_type: z.string().regex(/^[a-z0-9_]+$/),
    event_payload: z.record(z.string(), z.string()),
  }),
  unfurl_links: z.boolean(),
  unfurl_media: z.boolean(),
});

/** No `<` and `>`, and `&` only at the beginning of one of the three entities that Slack knows. */
function isEscaped(text: string): boolean {
  return !/[<>]|&(?!amp;|lt;|gt;)/.test(text);
}

/** learn.microsoft.com: the webhook trigger of Workflows, Adaptive Cards 1.4. */
const teamsText = z.strictObject({
  type: z.literal('RichTextBlock'),
  inlines: z.array(
    z.strictObject({ type: z.literal('TextRun'), text: z.string(), weight: z.literal('Bolder').optional() }),
  ),
  spacing: z.literal('None').optional(),
});
const msteams = z.strictObject({
  type: z.literal('message'),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal('application/vnd.microsoft.card.adaptive'),
      contentUrl: z.null(),
      content: z.strictObject({
        $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
        type: z.literal('AdaptiveCard'),
        version: z.enum(['1.2', '1.3', '1.4']),
        fallbackText: z.string(),
        msteams: z.strictObject({ width: z.literal('Full') }),
        body: z.tuple(
          [
            z.strictObject({
              type: z.literal('Container'),
              id: z.string(),
              style: z.enum(['default', 'emphasis', 'good', 'attention', 'warning', 'accent']),
              bleed: z.boolean(),
              items: z.array(
                z.strictObject({
                  type: z.literal('TextBlock'),
                  text: z.string(),
                  weight: z.enum(['Default', 'Lighter', 'Bolder']),
                  size: z.enum(['Default', 'Small', 'Medium', 'Large', 'ExtraLarge']),
                  wrap: z.boolean(),
                }),
              ),
            }),
          ],
          teamsText,
        ),
      }),
    }),
  ]),
});

/** discord.com/developers: execute webhook, embed limits, allowed mentions. */
const discordText = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine(
      (text) => !/[!-/:-@[-`{-~]/.test(text.replaceAll(/\\[!-/:-@[-`{-~]/g, '')),
      'has a sign that is not escaped',
    );
const discord = z.strictObject({
  username: z
    .string()
    .max(80)
    .regex(/^(?!.*(clyde|discord))/i)
    .optional(),
  embeds: z
    .array(
      z.strictObject({
        title: discordText(256),
        description: discordText(4_096),
        color: z.int().min(0).max(0xffffff),
        fields: z
          .array(
            z.strictObject({
              name: z.string().min(1).max(256),
              value: discordText(1_024),
              inline: z.boolean(),
            }),
          )
          .max(25),
        timestamp: z.iso.datetime(),
        footer: z.strictObject({ text: z.string().max(2_048) }),
      }),
    )
    .max(10),
  allowed_mentions: z.strictObject({ parse: z.array(z.never()) }),
});

/** docs.rocket.chat: incoming webhooks, fields of a message and of its attachments. */
const rocket = z.strictObject({
  channel: z.string().optional(),
  alias: z.string().optional(),
  text: z.string().max(5_000),
  attachments: z.array(
    z.strictObject({
      color: z.string(),
      text: z
        .string()
        .max(5_000)
        .regex(/^```\n((?!```)[^])*\n```$/),
      ts: z.iso.datetime(),
      fields: z.array(z.strictObject({ title: z.string(), value: z.string().regex(/^`[^`@]*`$/), short: z.boolean() })),
    }),
  ),
});

/** developers.google.com/workspace/chat: messages with cards, the tags that card text knows. */
const chatText = z
  .string()
  .refine((text) => !/[<>]/.test(text.replaceAll(/<\/?(b|i|u|s|font|a|br)( [^<>]*)?>/g, '')), 'has unknown tags');
const gchat = z.strictObject({
  fallbackDescription: z.string(),
  cardsV2: z.tuple([
    z.strictObject({
      cardId: z.string(),
      card: z.strictObject({
        header: z.strictObject({ title: z.string(), subtitle: z.string() }),
        sections: z.array(
          z.strictObject({
            widgets: z
              .array(
                z.union([
                  z.strictObject({ textParagraph: z.strictObject({ text: chatText }) }),
                  z.strictObject({ decoratedText: z.strictObject({ topLabel: z.string(), text: chatText }) }),
                ]),
              )
              .max(100),
          }),
        ),
      }),
    }),
  ]),
});

/** docs/notifications.md. */
const webhook = z.strictObject({
  id: z.string(),
  at: z.iso.datetime(),
  reason: z.string(),
  severity: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  canary: z.strictObject({ namespace: z.string(), name: z.string() }),
  cluster: z.string().optional(),
  revision: z.string().optional(),
  phase: z.string(),
  weight: z.number(),
});

export const FORMS: Readonly<Record<ProviderType, z.ZodType>> = { slack, msteams, discord, rocket, gchat, webhook };
