import { canaryName } from '../../rollout/names.ts';

export interface RenamedQuery {
  query: string;
  notes: string[];
  problems: string[];
}

/** One comparison of a label with a text. */
const MATCHER = /\b([a-zA-Z_]\w*)(\s*(?:=~|!~|!=|=)\s*)(["'`])((?:\\.|(?!\3)[^\\\n])*)\3/g;
/** Labels whose values begin with the name of a workload. */
const OF_WORKLOADS = /(?:^|_)(?:workload|deployment|pod|pod_name)$/;
/** Labels that mean the same in both worlds: no workload is told from another by them. */
const OF_NEITHER = /(?:^|_)(?:namespace|container|container_name|service_name|(?<!canonical_)service|host|job)$/;

/** Names of workloads that a query has as plain text, turned as the placeholders are. */
export function renameWorkloads(query: string, target: string): RenamedQuery {
  const name = target.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const patterns: Patterns = {
    begins: new RegExp(`^${name}(-primary)?(?=$|[-.]?[.[(\\\\])`),
    mentions: new RegExp(`(?:^|[^\\w-])${name}(?:$|[^\\w-])`),
  };
  const renamed: RenamedQuery = { query, notes: [], problems: [] };
  renamed.query = query.replaceAll(
    MATCHER,
    (text, ...[label = '', operator = '', quote = '', value = '']: string[]) => {
      const matcher = { label, operator: operator.trim(), value };
      const turned = turn(matcher, target, patterns);
      if (turned !== value) renamed.notes.push(`has ${wordsOf(matcher)}: "${turned}" is written`);
      const problem = problemOf({ ...matcher, value: turned }, target, patterns);
      if (problem !== undefined) renamed.problems.push(problem);
      return turned === value ? text : `${label}${operator}${quote}${turned}${quote}`;
    },
  );
  return renamed;
}

interface Matcher {
  label: string;
  operator: string;
  value: string;
}

interface Patterns {
  /** The name of the workload, or of its primary, alone or before a pattern. */
  begins: RegExp;
  /** The name of the workload as a word of its own. */
  mentions: RegExp;
}

const wordsOf = ({ label, operator, value }: Matcher): string => `${label}${operator}"${value}"`;

function turn({ label, value }: Matcher, target: string, { begins }: Patterns): string {
  if (!OF_WORKLOADS.test(label)) return value;
  return value.replace(begins, (_name, primary?: string) => (primary === undefined ? '{{ canary }}' : target));
}

function problemOf(matcher: Matcher, target: string, { mentions }: Patterns): string | undefined {
  const { label, operator, value } = matcher;
  if (OF_WORKLOADS.test(label)) {
    const isWide = operator.endsWith('~') && fitsBoth(matcher, target);
    return isWide
      ? `has ${wordsOf(matcher)}, which the pods of ${canaryName(target)} fit too: write it narrower`
      : undefined;
  }
  if (OF_NEITHER.test(label) || !mentions.test(value)) return undefined;
  return `has ${wordsOf(matcher)}, and in Headgate ${target} is what runs, not what is under test: write {{ canary }} where the canary is meant`;
}

/** Whether a pattern for what runs takes what is under test as well: their names begin alike. */
function fitsBoth({ label, value }: Matcher, target: string): boolean {
  const pattern = value.replaceAll('{{ target }}', target);
  const wide = pattern.includes('{{') ? undefined : asRegExp(pattern);
  const end = /pod/.test(label) ? '-5d8f6c7b9-x2x4z' : '';
  return wide !== undefined && wide.test(target + end) && wide.test(canaryName(target) + end);
}

/** Anchored, as Prometheus takes it; undefined for what is none. */
function asRegExp(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    return undefined;
  }
}
