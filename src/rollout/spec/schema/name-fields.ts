import { isDnsSubdomain, MAX_LABEL, MAX_NAME } from './dns.ts';
import { judged, textField } from './fields.ts';

/** The name of a Kubernetes object. @param what `a Secret` */
export const objectName = (what: string) =>
  judged(textField(`must be the name of ${what}`), (name) =>
    isDnsSubdomain(name) ? undefined : `must be the name of ${what}: lower case letters, digits, - and .`,
  ).meta({ maxLength: MAX_NAME });

const nameProblem = (name: string): string | undefined =>
  /^[\p{L}\p{N}\p{P}\p{S} ]{1,63}$/u.test(name) && name.trim() === name
    ? undefined
    : `must be 1 to ${MAX_LABEL} printable characters, without space at either end`;

/** The name by which an entry of a list is told from the others. @param what `the hook` */
export const listedName = (what: string) =>
  judged(textField(`must be the name of ${what}`), nameProblem).meta({ minLength: 1, maxLength: MAX_LABEL });
