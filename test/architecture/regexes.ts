/** A regular expression as it stands in a source. */
export interface RegexLiteral {
  source: string;
  flags: string;
}

/**
 * What is to be passed over as a whole, so that no slash in it is taken for the beginning of one: comments and texts. Then a
 * literal, which stands where a value begins and not, as a division does, behind one.
 */
const TOKEN =
  /\/\*[^]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[^])*`|(?<=(?:^|[(,=:[!&|?{};\n]|return)\s*)\/(?![*/])((?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)/g;

export const regexLiterals = (text: string): RegexLiteral[] =>
  [...text.matchAll(TOKEN)].flatMap(([, source, flags = '']) => (source === undefined ? [] : [{ source, flags }]));
