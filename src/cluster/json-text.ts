/** What Go writes as an escape in JSON, and JavaScript as it is. */
const ESCAPED_BY_GO = /[<>&\u2028\u2029]/g;

/**
 * JSON as the API server itself writes it. The `test` of a JSON patch compares a string with the stored one as JSON text, byte
 * by byte: `<` would never equal its own `\u003c`, and the patch would be refused for good.
 */
export const jsonText = (value: object): string =>
  JSON.stringify(value).replaceAll(ESCAPED_BY_GO, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
