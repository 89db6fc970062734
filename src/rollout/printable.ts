/** A text of somebody's in a sentence: no character of it breaks the line, steers a terminal or turns the text round. */
export const printable = (text: string): string => text.replaceAll(/\p{C}/gu, '\uFFFD');
