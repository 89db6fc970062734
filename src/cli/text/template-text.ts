/**
 * The first line that only a template engine reads: an action on a line of its own, or in the place of a value. Inside of other
 * text, braces are somebody else's, such as those of a query.
 */
export function templateLine(text: string): number | undefined {
  const index = text.split('\n').findIndex(isTemplate);
  return index === -1 ? undefined : index + 1;
}

const ACTIONS = ['{{', '{%', '<%'] as const;

const isTemplate = (line: string): boolean => {
  const words = line.trim();
  if (words.startsWith('#')) return false;
  return ACTIONS.some(
    (action) => words.startsWith(action) || words.includes(`: ${action}`) || words.includes(`- ${action}`),
  );
};
