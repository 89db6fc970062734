import { valueAt } from '../../rollout/spec/rules/findings.ts';
import { forPerson } from '../../rollout/spec/wording/for-person.ts';

/** Where providers say what is wrong. */
const PLACES: readonly (readonly (string | number)[])[] = [
  ['error', 'message'],
  ['error'],
  ['message'],
  ['Message'],
  ['errors', 0, 'message'],
  ['errors', 0],
  ['messages', 0, 'text'],
  ['__type'],
];

/** What became of a question that has no good answer, as a predicate on who was asked. */
export function refusalOf(status: number, text: string, retryAfter?: string): string {
  const said = forPerson(saidIn(text));
  const words = said === '' ? '' : `: ${said}`;
  if (status >= 300 && status < 400) return `answers ${status}, and redirects are not followed`;
  if (status === 429 || /thrott/i.test(said)) {
    const wait = /^\d{1,6}$/.test(retryAfter ?? '') ? `, and to wait ${retryAfter} s` : '';
    return `asks for fewer questions (HTTP status ${status}${wait})${words}`;
  }
  if (status === 401 || status === 403) return `refuses the credentials (HTTP status ${status})${words}`;
  return `answers with HTTP status ${status}${words}`;
}

/** A server's own word for what is wrong; all of a text that is no JSON, and nothing of a web page. */
function saidIn(text: string): string {
  try {
    const answer: unknown = JSON.parse(text);
    return wordIn(Array.isArray(answer) ? answer[0] : answer);
  } catch {
    return /^\s*</.test(text) ? '' : text;
  }
}

function wordIn(answer: unknown): string {
  if (typeof answer === 'string') return answer;
  const found = PLACES.map((place) => valueAt(answer, place));
  return (found.find((word) => typeof word === 'string' && word !== '') as string | undefined) ?? '';
}
