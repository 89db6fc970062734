import { place } from '../wording/text-place.ts';

/** From and to are offsets into the query. */
interface Span {
  from: number;
  to: number;
}

/** What all dialects of PromQL have in common: strings, comments and brackets. */
export interface QueryText {
  strings: Span[];
  /** Nothing is left without comments. */
  isBlank: boolean;
  /** What no dialect could read, with its place. */
  broken?: string;
}

/**
 * Whole comments and strings first, so that what is in them is no bracket. A string that does not end goes on for as long as it
 * could: nothing is looked at twice. The groups are the quotes that end one.
 */
const TOKEN = /#[^\n]*|"(?:[^"\\\n]|\\.)*("?)|'(?:[^'\\\n]|\\.)*('?)|`[^`]*(`?)|[()[\]{}]/g;

interface Token {
  text: string;
  from: number;
  /** Of a string alone: whether it ends. */
  isClosed?: boolean;
}

function tokenOf({ 0: text, 1: double, 2: single, 3: back, index: from }: RegExpExecArray): Token {
  const end = double ?? single ?? back;
  return { text, from, ...(end !== undefined && { isClosed: end !== '' }) };
}
/** Deeper ones are not read: the time to look around in them goes with the square of the depth. */
const MAX_DEPTH = 64;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** @param query without placeholders, whose braces are none of PromQL's */
export function readBrackets(query: string): QueryText {
  const tokens = [...query.matchAll(TOKEN)].map(tokenOf);
  const broken = firstBroken(query, tokens);
  return {
    strings: tokens.filter(({ isClosed }) => isClosed).map(({ text, from }) => ({ from, to: from + text.length })),
    isBlank: query.replaceAll(TOKEN, (text) => (text.startsWith('#') ? '' : text)).trim() === '',
    ...(broken !== undefined && { broken }),
  };
}

function firstBroken(query: string, tokens: readonly Token[]): string | undefined {
  const open: string[] = [];
  for (const { text, from, isClosed } of tokens) {
    const closing = CLOSING[text];
    if (closing !== undefined) {
      if (open.push(closing) > MAX_DEPTH) return `brackets stand more than ${MAX_DEPTH} deep at ${place(query, from)}`;
    } else if (isClosed === false) return `the string at ${place(query, from)} does not end`;
    else if (/^[)\]}]$/.test(text) && open.pop() !== text) return `unexpected "${text}" at ${place(query, from)}`;
  }
  const missing = open.at(-1);
  if (missing === undefined) return undefined;
  return `it ends too early, at ${place(query, query.trimEnd().length)}; is a ${missing} missing?`;
}
