import type { SyntaxNode, Tree } from '@lezer/common';
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

/** @param tree of the query with samples in place of its variables, each of its own length */
export function firstSyntaxFinding(query: string, tree: Tree): SyntaxFinding | undefined {
  const wrong = firstError(tree);
  return wrong && findingAt(query, wrong);
}

function firstError(tree: Tree): SyntaxNode | undefined {
  let found: SyntaxNode | undefined;
  tree.iterate({
    enter(node) {
      if (found === undefined && node.type.isError) found = node.node;
    },
  });
  return found;
}

const certainly = (words: string): SyntaxFinding => ({ words, isDoubtful: false });
const perhaps = (words: string): SyntaxFinding => ({ words, isDoubtful: true });

function findingAt(query: string, { from }: SyntaxNode): SyntaxFinding {
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

/** The functions that the grammar knows, by trying its own words (`SumOverTime`) as PromQL writes them (`sum_over_time`). */
const functions = (): string[] =>
  parser.nodeSet.types
    .map(({ name }) => name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase())
    .filter((name) => /^[a-z][a-z0-9_]+$/.test(name) && firstError(parser.parse(`${name}(x)`)) === undefined);
