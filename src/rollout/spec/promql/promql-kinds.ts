import type { SyntaxNode } from '@lezer/common';
import { place } from '../wording/text-place.ts';

/** Nodes that have the kind of what they wrap. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'ParenExpr',
  'OffsetExpr',
  'StepInvariantExpr',
  'AnchoredExpr',
  'SmoothedExpr',
]);
const RANGES: ReadonlySet<string> = new Set(['MatrixSelector', 'SubqueryExpr']);
const OVER_RANGES: ReadonlySet<string> = new Set([
  'Rate',
  'Irate',
  'Increase',
  'Delta',
  'Idelta',
  'Deriv',
  'PredictLinear',
  'Changes',
  'Resets',
  'DoubleExponentialSmoothing',
]);

const isOverRange = (name: string): boolean => OVER_RANGES.has(name) || name.endsWith('OverTime');

/** The node itself, or what its brackets and modifiers are around. */
export function unwrapped(node: SyntaxNode): SyntaxNode {
  const inner = WRAPPERS.has(node.name) ? node.getChild('Expr') : null;
  return inner === null ? node : unwrapped(inner);
}

const isRange = (node: SyntaxNode): boolean => RANGES.has(unwrapped(node).name);

/** What a node is used by, past brackets and modifiers. */
function userOf(node: SyntaxNode): SyntaxNode | null {
  let around = node.parent;
  while (around !== null && WRAPPERS.has(around.name)) around = around.parent;
  return around;
}

/** What no server could judge by: the whole query is a string, or a range and not one number. */
export function resultProblem(query: string, top: SyntaxNode): string | undefined {
  const expression = top.getChild('Expr');
  const whole = expression && unwrapped(expression);
  if (whole?.name === 'StringLiteral') return 'is a string; it must give a number';
  return whole && RANGES.has(whole.name) ? `is not answerable: ${strayRangeWords(query, whole)}` : undefined;
}

/**
 * What Prometheus would refuse about the ranges in a query that parses, and MetricsQL takes: a function over a range without
 * one, and a range where a number is wanted.
 */
export function rangeProblem(query: string, top: SyntaxNode): string | undefined {
  let problem: string | undefined;
  // A node of its own is made of those alone that may be wrong: there may be thousands.
  top.cursor().iterate((at) => {
    if (at.name === 'FunctionCall') problem ??= missingRange(query, at.node);
    else if (RANGES.has(at.name)) problem ??= strayRange(query, at.node);
  });
  return problem;
}

const strayRangeWords = (query: string, { from }: SyntaxNode): string =>
  `the range at ${place(query, from)} is no number; put it into a function, such as rate(…)`;

function missingRange(query: string, node: SyntaxNode): string | undefined {
  const called = node.firstChild?.firstChild;
  if (called === undefined || called === null || !isOverRange(called.name)) return undefined;
  const values = node.getChild('FunctionCallBody')?.getChildren('Expr') ?? [];
  if (values.length === 0 || values.some(isRange)) return undefined;
  const name = query.slice(called.from, called.to);
  return `${name} at ${place(query, called.from)} wants a range, such as ${name}(requests_total[{{ interval }}])`;
}

function strayRange(query: string, node: SyntaxNode): string | undefined {
  const around = userOf(node);
  const called = around?.name === 'FunctionCallBody' ? around.parent?.firstChild?.firstChild : undefined;
  if (called !== undefined && called !== null && isOverRange(called.name)) return undefined;
  return strayRangeWords(query, node);
}
