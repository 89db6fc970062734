import { canaryName } from '../../rollout/names.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { type Names, primaryIn, withoutPrimaries } from './names.ts';
import { noteOn, problemOn, type Remark } from './remark.ts';

/**
 * Webhooks whose URLs and metadata, commands among it, have Headgate's names. A remark names the field and not its text,
 * for a command may have a secret in it.
 */
export function turnHooks(hooks: readonly unknown[], names: Names): { hooks: unknown[]; remarks: Remark[] } {
  const remarks: Remark[] = [];
  const turned = hooks.map((hook, index) => {
    if (!isRecord(hook)) return hook;
    const { url, metadata } = hook;
    const turn = (text: unknown, name: string): unknown => {
      const found = turnText(text, `spec.analysis.webhooks[${index}].${name}`, names);
      remarks.push(...found.remarks);
      return found.text;
    };
    const said = isRecord(metadata)
      ? Object.entries(metadata).map(([key, text]) => [key, turn(text, `metadata.${key}`)] as const)
      : undefined;
    return {
      ...hook,
      ...(url !== undefined && { url: turn(url, 'url') }),
      ...(said && { metadata: Object.fromEntries(said) }),
    };
  });
  return { hooks: turned, remarks };
}

function turnText(before: unknown, key: string, names: Names): { text: unknown; remarks: Remark[] } {
  if (typeof before !== 'string') return { text: before, remarks: [] };
  const text = withoutPrimaries(before, names);
  const remarks: Remark[] = [];
  if (text !== before) {
    const message = `names ${primaryIn(before, names)}, which is what runs in Flagger; here that has the name without -primary, which is written`;
    remarks.push(noteOn(key, message));
  }
  const problem = problemOf(text, names);
  if (problem !== undefined) remarks.push(problemOn(key, problem));
  return { text, remarks };
}

/** The workload by its kind, or by a label of its pods. */
const OF_WORKLOADS =
  /(?<!\w)(?:deploy(?:ment)?s?(?:\.apps)?[/ ]+|(?:app|app\.kubernetes\.io\/name|workload)=)([\w.-]+)/g;

function problemOf(text: string, names: Names): string | undefined {
  const primary = primaryIn(text, names);
  if (primary !== undefined) {
    return `names ${primary}…, and there is nothing of that name in Headgate: what runs has the name without -primary`;
  }
  const found = [...text.matchAll(OF_WORKLOADS)].find(([, name]) => name === names.target);
  if (found === undefined) return undefined;
  return `has "${found[0]}", and in Headgate ${names.target} is what runs, not what is under test: write ${canaryName(names.target)} where the canary is meant`;
}
