import { printable } from './printable.ts';

/** Characters of a user's name that are recorded. The policies cut a longer one at the same place, to compare it with what is. */
export const MAX_USER = 256;

/** The name under which a user is recorded: the first characters of the user name of a request. */
export const recordedUser = (user: string): string =>
  Array.from(user.slice(0, 2 * MAX_USER))
    .slice(0, MAX_USER)
    .join('');

/** A user in a sentence. */
export const userWords = (user: string | undefined): string =>
  user === undefined || user === '' ? 'an unknown user (the webhook was away)' : printable(user);
