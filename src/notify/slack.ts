import { COLOURS, cut, type Message } from './message.ts';

/** Characters that Slack takes: of a section's text, and of each of its fields. */
const LONGEST_TEXT = 3_000;
const LONGEST_FIELD = 2_000;

export interface Sender {
  channel?: string;
  username?: string;
}

/** A message as incoming webhooks and `chat.postMessage` take it. The id is in its metadata, which people do not see. */
export const slackPayload = (message: Message, { channel, username }: Sender): object => ({
  ...(channel !== undefined && { channel }),
  ...(username !== undefined && { username }),
  text: escaped(message.title, LONGEST_FIELD),
  attachments: [
    {
      color: COLOURS[message.severity],
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: escaped(message.text, LONGEST_TEXT) } },
        {
          type: 'section',
          fields: message.fields.map(({ name, value }) => ({
            type: 'mrkdwn',
            text: `*${name}*\n${escaped(value, LONGEST_FIELD - name.length - 3)}`,
          })),
        },
      ],
    },
  ],
  metadata: { event_type: 'headgate_notice', event_payload: { id: message.id, reason: message.reason } },
  unfurl_links: false,
  unfurl_media: false,
});

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Without `<!channel>`, `<@user>` and links: these three are the characters that Slack reads anything from. */
function escaped(text: string, most: number): string {
  const whole = text.replaceAll(/[&<>]/g, (character) => ENTITIES[character] ?? '');
  return whole.length <= most ? whole : cut(whole, most).replace(/&[a-z]{0,3}…$/, '…');
}
