/** What a file says, in UTF-8, or in UTF-16 as PowerShell writes it, with or without a byte order mark. */
export const sourceText = (bytes: Uint8Array): string => new TextDecoder(encodingOf(bytes)).decode(bytes);

/** Without a mark, UTF-16 shows by the zero beside its first character, which is ASCII in YAML and JSON. */
function encodingOf([first, second]: Uint8Array): string {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}

/** No text that is meant for people has such a character. */
export const isBinary = (text: string): boolean => text.includes('\0');
