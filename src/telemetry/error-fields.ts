/**
 * What a log has of an error. Libraries hang more on theirs: that of Redis the command which failed, with the password.
 * @param mask takes secrets out of a text
 */
export const errorFields =
  (mask: (text: string) => string) =>
  (error: unknown): object | string => {
    if (!(error instanceof Error)) return mask(String(error));
    const { code, status } = error as { code?: unknown; status?: unknown };
    return {
      type: error.constructor.name,
      message: mask(chain(error, ({ message }) => message).join(': ')),
      stack: mask(chain(error, ({ stack = '' }) => stack).join('\ncaused by: ')),
      ...(isWord(code) && { code }),
      ...(isWord(status) && { status }),
    };
  };

const isWord = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

/** More causes than these are a circle. */
const MOST_CAUSES = 10;

function chain(error: Error, part: (error: Error) => string): string[] {
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error && parts.length < MOST_CAUSES; at = at.cause) parts.push(part(at));
  return parts;
}
