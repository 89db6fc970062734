import type { Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { nearest } from '../wording/suggest.ts';
import { place } from '../wording/text-place.ts';
import { dialectOfFunction, dialectOfWord } from './dialects.ts';

/** The first thing that Prometheus' grammar does not know. */
interface SyntaxFinding {
  words: string;
  /** Another server may know it. */
  isDoubtful: boolean;
}

/** It ends at the first mistake: to guess what was meant after it, as editors do, takes long in a text that is no query at all. */
const strict = parser.configure({ strict: true });

/** The query's tree, or the first thing that is wrong. @param text the query with samples in place of its variables, each of its own length */
export function parseQuery(query: string, text: string): { tree: Tree } | { wrong: SyntaxFinding } {
  const parsed = parse(text);
  return typeof parsed === 'number' ? { wrong: findingAt(query, parsed) } : { tree: parsed };
}

/** The tree of a text, or where it could not go on. */
function parse(text: string): Tree | number {
  try {
    return strict.parse(text);
  } catch (error) {
    const at = /^No parse at (\d+)$/.exec(error instanceof Error ? error.message : '')?.[1];
    if (at === undefined) throw error;
    return Number(at);
  }
}

const certainly = (words: string): SyntaxFinding => ({ words, isDoubtful: false });
const perhaps = (words: string): SyntaxFinding => ({ words, isDoubtful: true });

function findingAt(query: string, from: number): SyntaxFinding {
  const rest = query.slice(from).trimStart();
  const start = Math.max(0, from - 80);
  const before = query.slice(start, from);
  const call = /(?<!\w)([A-Za-z_]\w*)\s*$/.exec(before);
  if (rest.startsWith('(') && call?.[1] !== undefined) return functionFinding(query, call[1], start + call.index);
  if (rest === '') return certainly(`it ends too early, at ${place(query, query.trimEnd().length)}`);
  const token = /^(?:[$\w]+|\S+)/.exec(rest)?.[0].slice(0, 20) ?? '';
  const at = place(query, query.length - rest.length);
  const dialect = dialectOfWord(before, rest);
  if (dialect !== undefined) return perhaps(`"${token}" at ${at} is ${dialect}`);
  const advice = /[=~]\s*$/.test(before) ? "; a label's value stands in quotes" : '';
  return certainly(`unexpected "${token}" at ${at}${advice}`);
}

/** So many letters more or fewer than a function that there is: the name is misspelt. Else it may be a new one. */
const MISSPELT = 2;

function functionFinding(query: string, name: string, from: number): SyntaxFinding {
  const at = `"${name}" at ${place(query, from)}`;
  const dialect = dialectOfFunction(name);
  if (dialect !== undefined) return perhaps(`${at} is a function of ${dialect}`);
  const meant = nearest(name, functions());
  if (meant === undefined) return perhaps(`${at} is no function`);
  const words = `${at} is no function; did you mean ${meant}?`;
  return Math.abs(meant.length - name.length) > MISSPELT ? perhaps(words) : certainly(words);
}

let known: readonly string[] | undefined;

/** The functions that the grammar knows, by trying its own words (`SumOverTime`) once as PromQL writes them (`sum_over_time`). */
function functions(): readonly string[] {
  known ??= parser.nodeSet.types
    .map(({ name }) => name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase())
    .filter((name) => /^[a-z][a-z0-9_]+$/.test(name) && typeof parse(`${name}(x)`) !== 'number');
  return known;
}
