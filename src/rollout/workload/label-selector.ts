import type { LabelSelector } from '../kube.ts';

export type Labels = Readonly<Record<string, string>>;

/** Whether the selector selects what has these labels; an empty one selects everything. */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((expression) => meets(expression, labels[expression.key]))
  );
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

/** @param value of the label; undefined where there is none */
function meets({ operator, values = [] }: Expression, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
