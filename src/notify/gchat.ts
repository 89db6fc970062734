import { COLOURS, entity, escapedTo, type Message } from './message.ts';

const LONGEST_TEXT = 4_000;

/** A card as a webhook of Google Chat takes it, under the notice's id. Cards mention nobody. */
export const gchatPayload = ({ id, severity, title, text, fields }: Message): object => ({
  fallbackDescription: title,
  cardsV2: [
    {
      cardId: id,
      card: {
        header: { title, subtitle: severity },
        sections: [
          {
            widgets: [
              { textParagraph: { text: `<font color="${COLOURS[severity]}">${escaped(text)}</font>` } },
              ...fields.map(({ name, value }) => ({ decoratedText: { topLabel: name, text: escaped(value) } })),
            ],
          },
        ],
      },
    },
  ],
});

/** Cards read a few tags of HTML. */
const escaped = (text: string): string => escapedTo(LONGEST_TEXT, text, entity);
