import { isRecord, type Path, pathText } from '../../rollout/spec/rules/findings.ts';
import { noteOn, type Remark } from './remark.ts';

/** `${NAME}`, `$(NAME)` and `$NAME` of what fills files in; `{{ … }}` of templates. */
const FILLED_IN = /\$\{[A-Za-z_][^{}]*\}|\$\([A-Za-z_]\w*\)|\$[A-Z][A-Z0-9_]+\b/g;
const ACTIONS = /\{\{[^{}]*\}\}/g;

/** Whether a text is filled in later, so that nothing can be said of it now. Queries have actions of their own. */
export const isFilledIn = (value: unknown, isQuery = false): boolean =>
  typeof value === 'string' && (value.search(FILLED_IN) >= 0 || (!isQuery && value.search(ACTIONS) >= 0));

/** What others read: commands have variables of their own, and queries have Flagger's actions. */
const OF_OTHERS = /^spec\.(?:canaryA|a)nalysis\.webhooks\[\d+\]\.metadata\.|^metadata\.(?:labels|annotations)\./;
const QUERY = /\.query$/;

export const isQueryKey = (key: string): boolean => QUERY.test(key);

/** Each placeholder once, where it stands first; without the value, which may be secret. */
export function placeholderRemarks({ metadata, spec }: Record<string, unknown>): Remark[] {
  const first = new Map<string, string>();
  for (const { path, text } of [...textsIn(metadata, ['metadata']), ...textsIn(spec, ['spec'])]) {
    const [root, ...rest] = path;
    const key = pathText(`${root}`, rest);
    if (OF_OTHERS.test(key)) continue;
    for (const found of text.match(FILLED_IN) ?? []) if (!first.has(found)) first.set(found, key);
    if (isQueryKey(key)) continue;
    for (const found of text.match(ACTIONS) ?? []) if (!first.has(found)) first.set(found, key);
  }
  return [...first].map(([found, key]) => noteOn(key, `has ${found}, which is filled in later: it is kept as it is`));
}

function textsIn(value: unknown, path: Path): { path: Path; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((entry: unknown, index) => textsIn(entry, [...path, index]));
  return isRecord(value) ? Object.entries(value).flatMap(([key, entry]) => textsIn(entry, [...path, key])) : [];
}
