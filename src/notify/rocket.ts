import { COLOURS, cut, type Message, withoutMentions } from './message.ts';
import type { Sender } from './slack.ts';

/** Rocket.Chat's own limit for messages, as it is set unless somebody changes it. */
const LONGEST_TEXT = 5_000;

/** What an incoming webhook of Rocket.Chat takes. It has no place for the id: only the headers have it. */
export const rocketPayload = (message: Message, { channel, username }: Sender): object => ({
  ...(channel !== undefined && { channel }),
  ...(username !== undefined && { alias: username }),
  text: withoutMentions(message.title),
  attachments: [
    {
      color: COLOURS[message.severity],
      text: fenced(message.text),
      ts: message.at,
      fields: message.fields.map(({ name, value }) => ({
        title: name,
        value: `\`${withoutMentions(value).replaceAll('`', "'")}\``,
        short: true,
      })),
    },
  ],
});

const FENCE = '```';

/** As code, in which nothing is read. A fence inside of it has spaces without width, so that it ends nothing. */
function fenced(text: string): string {
  const inside = withoutMentions(text).replaceAll(FENCE, '`\u200B`\u200B`');
  return `${FENCE}\n${cut(inside, LONGEST_TEXT - 2 * FENCE.length - 2)}\n${FENCE}`;
}
