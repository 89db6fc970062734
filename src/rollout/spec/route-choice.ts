import { isDnsLabel, isDnsSubdomain } from './schema/dns.ts';

/** Route objects that a person means: one by its name, perhaps in another namespace, perhaps only one of its rules. */
export interface RouteChoice {
  /** Left out: that of the Deployment. */
  namespace?: string;
  name: string;
  /** The name of one rule; left out: all of them. */
  rule?: string;
}

/** In the place of a rule's name: all rules of the object. */
const ALL_RULES = '*';

/** Routes of other namespaces at most: for each the API server asks whether their author may change it. */
export const MOST_ELSEWHERE = 8;

/**
 * `name` or `name/rule` of the Deployment's own namespace, or with a namespace before it; then the rule is always written, `*`
 * for all. So the number of parts alone says what each of them is. Undefined for any other text.
 */
export function readRouteChoice(text: string): RouteChoice | undefined {
  const parts = text.split('/');
  const [namespace, name = '', rule] = parts.length > 2 ? parts : [undefined, ...parts];
  if (parts.length > 3 || !isDnsSubdomain(name) || rule === '') return undefined;
  if (namespace !== undefined && !isDnsLabel(namespace)) return undefined;
  return {
    ...(namespace !== undefined && { namespace }),
    name,
    ...(rule !== undefined && rule !== ALL_RULES && { rule }),
  };
}

/** As it is written. */
export const routeChoiceText = ({ namespace, name, rule }: RouteChoice): string =>
  namespace === undefined
    ? [name, ...(rule === undefined ? [] : [rule])].join('/')
    : [namespace, name, rule ?? ALL_RULES].join('/');

/** The namespaces besides the Deployment's own in which some are. @param own that of the Deployment */
export const namespacesElsewhere = (choices: readonly RouteChoice[] = [], own = 'default'): string[] => [
  ...new Set(choices.flatMap(({ namespace = own }) => (namespace === own ? [] : [namespace]))),
];
