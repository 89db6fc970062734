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
      text: cut(withoutMentions(message.text), LONGEST_TEXT),
      ts: message.at,
      fields: message.fields.map(({ name, value }) => ({ title: name, value: withoutMentions(value), short: true })),
    },
  ],
});
