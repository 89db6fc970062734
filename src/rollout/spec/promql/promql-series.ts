import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { unwrapped } from './promql-kinds.ts';
import { sampleQuery } from './query-template.ts';

/**
 * Whether an answer to the query may have more than one series, by its form alone: the labels of what is counted are not
 * known here. What Prometheus' grammar does not know is not judged.
 */
export function mayGiveSeveral(query: string): boolean {
  const text = sampleQuery(query);
  const { topNode } = parser.parse(text);
  const whole = topNode.getChild('Expr');
  return whole !== null && !hasErrors(topNode) && isSeveral(whole, text);
}

function hasErrors(top: SyntaxNode): boolean {
  let found = false;
  top.cursor().iterate(({ type }) => {
    found ||= type.isError;
  });
  return found;
}

/** Functions that give one value whatever they are given, or none. */
const GIVE_ONE: ReadonlySet<string> = new Set(['Scalar', 'Vector', 'Time', 'Pi', 'Absent', 'AbsentOverTime']);

function isSeveral(wrapped: SyntaxNode, text: string): boolean {
  const node = unwrapped(wrapped);
  switch (node.name) {
    case 'VectorSelector':
      return true;
    case 'AggregateExpr':
      return isAggregateSeveral(node, text);
    case 'FunctionCall':
      return isCallSeveral(node, text);
    case 'BinaryExpr':
      return isOperationSeveral(node, text);
    default:
      return partsOf(node).some((part) => isSeveral(part, text));
  }
}

/** Expressions directly below a node, and those in the brackets of a call. */
const partsOf = (node: SyntaxNode): SyntaxNode[] => [
  ...node.getChildren('Expr'),
  ...node.getChildren('FunctionCallBody').flatMap((body) => body.getChildren('Expr')),
];

/** Aggregations that keep series of what they are given, or make some. */
const KEEP_SERIES: ReadonlySet<string> = new Set(['Topk', 'Bottomk', 'LimitK', 'LimitRatio', 'CountValues']);

function isAggregateSeveral(node: SyntaxNode, text: string): boolean {
  const operation = node.firstChild?.firstChild?.name ?? '';
  const [first] = partsOf(node);
  if (KEEP_SERIES.has(operation) && !(first && text.slice(first.from, first.to) === '1')) return true;
  return !isPinned(groupingOf(node, text), node, text);
}

/** The labels that an aggregation goes by; undefined for all but some. */
function groupingOf(node: SyntaxNode, text: string): string[] | undefined {
  const modifier = node.getChild('AggregateModifier');
  if (modifier === null) return [];
  if (modifier.getChild('By') === null) return undefined;
  const labels = modifier.getChild('GroupingLabels')?.getChildren('LabelName') ?? [];
  return labels.map(({ from, to }) => text.slice(from, to));
}

/** Whether every series below has one and the same value of each label. */
function isPinned(labels: readonly string[] | undefined, below: SyntaxNode, text: string): boolean {
  if (labels === undefined) return false;
  if (labels.length === 0) return true;
  const selectors: string[] = [];
  below.cursor().iterate(({ name, from, to }) => {
    if (name === 'VectorSelector') selectors.push(text.slice(from, to));
  });
  const pins = (selector: string, label: string) => new RegExp(`[{,]\\s*${label}\\s*=\\s*["'\`]`).test(selector);
  return labels.every((label) => selectors.every((selector) => pins(selector, label)));
}

function isCallSeveral(node: SyntaxNode, text: string): boolean {
  const name = node.firstChild?.firstChild?.name ?? '';
  if (GIVE_ONE.has(name)) return false;
  const parts = partsOf(node);
  const buckets =
    name === 'HistogramQuantile' ? parts.map(unwrapped).find((part) => part.name === 'AggregateExpr') : undefined;
  if (buckets === undefined) return parts.some((part) => isSeveral(part, text));
  const labels = groupingOf(buckets, text);
  return !isPinned(
    labels?.filter((label) => label !== 'le'),
    buckets,
    text,
  );
}

/** Operators that take series of both sides, or of the first alone. */
function isOperationSeveral(node: SyntaxNode, text: string): boolean {
  const [left, right] = node.getChildren('Expr');
  const several = [left, right].map((side) => side !== undefined && isSeveral(side, text));
  if (node.getChild('And') ?? node.getChild('Unless')) return several[0] === true;
  const matching = node.getChild('MatchingModifierClause');
  const isOneToOne = !(matching?.getChild('GroupLeft') ?? matching?.getChild('GroupRight'));
  const areNumbers = [left, right].some((side) => side !== undefined && isNumberLike(side));
  return node.getChild('Or') || areNumbers || !isOneToOne ? several.includes(true) : !several.includes(false);
}

/** A number goes with every series of the other side. */
function isNumberLike(side: SyntaxNode): boolean {
  const node = unwrapped(side);
  if (node.name === 'UnaryExpr' || node.name === 'BinaryExpr') return partsOf(node).every(isNumberLike);
  const called = node.name === 'FunctionCall' ? node.firstChild?.firstChild?.name : undefined;
  return node.name === 'NumberDurationLiteral' || called === 'Scalar' || called === 'Time' || called === 'Pi';
}
