import { COLOURS, cut, entity, escapedTo, type Message } from './message.ts';

/** Characters that Slack takes: of the text, and of what is asked of a rich text. */
const LONGEST_TITLE = 2_000;
const LONGEST_TEXT = 3_000;

export interface Sender {
  channel?: string;
  username?: string;
}

/**
 * A message as incoming webhooks and `chat.postMessage` take it. What people wrote is in rich text, whose elements of type
 * `text` are shown as they are: mentions, links, emoji and formats are other elements. The id is in the metadata, which
 * people do not see.
 */
export const slackPayload = (message: Message, { channel, username }: Sender): object => ({
  ...(channel !== undefined && { channel }),
  ...(username !== undefined && { username }),
  text: escapedTo(LONGEST_TITLE, message.title, entity),
  mrkdwn: false,
  attachments: [
    {
      color: COLOURS[message.severity],
      blocks: [richText([plain(cut(message.text, LONGEST_TEXT))]), richText(message.fields.flatMap(fieldLine))],
    },
  ],
  metadata: { event_type: 'headgate_notice', event_payload: { id: message.id, reason: message.reason } },
  unfurl_links: false,
  unfurl_media: false,
});

const richText = (elements: object[]): object => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});

const plain = (text: string): object => ({ type: 'text', text });

const fieldLine = ({ name, value }: Message['fields'][number], index: number): object[] => [
  { ...plain(`${index > 0 ? '\n' : ''}${name}: `), style: { bold: true } },
  plain(cut(value, LONGEST_TEXT)),
];
