import { COLOURS, escapedTo, type Message } from './message.ts';

/** Characters that Discord takes, of each part of an embed. */
const LONGEST = { title: 256, description: 4_096, value: 1_024 } as const;

/** What a webhook of Discord takes. The footer holds the id. Nobody is called, whatever the text says. */
export const discordPayload = (message: Message, { username }: { username?: string }): object => ({
  ...(username !== undefined && { username }),
  embeds: [
    {
      title: escaped(message.title, LONGEST.title),
      description: escaped(message.text, LONGEST.description),
      color: Number.parseInt(COLOURS[message.severity].slice(1), 16),
      fields: message.fields.map(({ name, value }) => ({
        name,
        value: escaped(value, LONGEST.value),
        inline: true,
      })),
      timestamp: message.at,
      footer: { text: message.id },
    },
  ],
  allowed_mentions: { parse: [] },
});

/** Text that is no Markdown: a backslash makes every sign a mere sign, also those of addresses, emoji and lists. */
const escaped = (text: string, most: number): string =>
  escapedTo(most, text, (character) => (/[!-/:-@[-`{-~]/.test(character) ? `\\${character}` : character));
