import { join } from 'node:path';
import type { Test } from 'tap';

/** Passwords as generators and people make them: each has characters that mean something in a URL. */
export const NASTY: Readonly<Record<string, string>> = {
  'letters alone': 'correcthorsebattery',
  'base64 with a slash': 'c2VjcmV0/aGlkZGVu+d29yZHM=',
  'base64 with several': '/hidden+/w0rds/+here==',
  'an @': 'hidden@w0rds@here',
  'a colon': 'hidden:w0rds:here',
  'digits and a slash, as a port and a path': '12345/hiddenw0rds',
  'a number sign': 'hidden#w0rds',
  'a question mark': 'hidden?w0rds=here',
  'a percent sign that is no escape': 'hidden%w0rds%zz',
  'a percent sign that is half a character': 'hidden%E4w0rds',
  'brackets and a backslash': 'hid[den]w0\\rds',
  'quotes and blanks': `hid"den' w0rds here`,
  commas: 'hidden,w0rds,here',
  'signs of other scripts': 'höhlenwörter-密码密码',
};

/** The password, and each part of it that a URL parser could have taken for something else. */
const piecesOf = (secret: string): string[] => {
  const parts = secret.split(/[@/:#?%+=&"'\\[\], ]/).filter(({ length }) => length >= 5);
  return [...new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), ...parts])];
};

/** Fails for a text in which the secret stands, in whole, in part or in another form. */
export function hasNone(t: Test, text: string, secret: string, where: string): void {
  t.same(
    piecesOf(secret).filter((piece) => text.includes(piece)),
    [],
    `${where} shows a part of ${secret}: ${text}`,
  );
}

/** What an action threw, in words; empty if it did not. */
export function refusalOf(action: () => unknown): string {
  try {
    action();
    return '';
  } catch (error) {
    return String(error);
  }
}

export const MAIN = join(import.meta.dirname, '../../src/main.ts');
