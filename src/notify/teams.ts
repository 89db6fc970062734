import type { Severity } from '../rollout/spec/schema/alert-schema.ts';
import { cut, type Message } from './message.ts';

const LONGEST_TEXT = 4_000;

/** Words of Adaptive Cards for a container's look. */
const STYLES: Readonly<Record<Severity, string>> = { info: 'good', warn: 'warning', error: 'attention' };

/**
 * An Adaptive Card as a webhook of Teams' Workflows takes it. What people wrote is in text runs, which are not read as
 * Markdown as text blocks and facts are; a mention needs an entity beside the text, and there is none.
 */
export const teamsPayload = (message: Message): object => ({
  type: 'message',
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: cardOf(message) }],
});

const cardOf = ({ id, severity, title, text, fields }: Message): object => ({
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  type: 'AdaptiveCard',
  version: '1.4',
  fallbackText: title,
  msteams: { width: 'Full' },
  body: [
    {
      type: 'Container',
      id,
      style: STYLES[severity],
      bleed: true,
      items: [{ type: 'TextBlock', text: title, weight: 'Bolder', size: 'Medium', wrap: true }],
    },
    { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: cut(text, LONGEST_TEXT) }] },
    ...fields.map(({ name, value }) => ({
      type: 'RichTextBlock',
      inlines: [
        { type: 'TextRun', text: `${name}: `, weight: 'Bolder' },
        { type: 'TextRun', text: value },
      ],
      spacing: 'None',
    })),
  ],
});
