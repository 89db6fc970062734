/** Longest label value, Service name and namespace name. */
export const MAX_LABEL = 63;
/** Longest name of most objects, and of a host. */
export const MAX_NAME = 253;

const LABEL_RE = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN_RE = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** A DNS-1123 label: lower case letters, digits and inner `-`, at most 63 characters. */
export const isDnsLabel = (text: string): boolean => text.length <= MAX_LABEL && LABEL_RE.test(text);

/** A DNS-1123 subdomain: labels with dots between, at most 253 characters. */
export const isDnsSubdomain = (text: string): boolean => text.length <= MAX_NAME && SUBDOMAIN_RE.test(text);

/** The key of a label or annotation: `name` or `prefix/name`. */
export function isQualifiedName(key: string): boolean {
  if (key.length > MAX_NAME + 1 + MAX_LABEL) return false;
  const parts = key.split('/');
  const name = parts.pop() ?? '';
  const [prefix, ...more] = parts;
  if (more.length > 0 || (prefix !== undefined && !isDnsSubdomain(prefix))) return false;
  return name.length <= MAX_LABEL && QUALIFIED_NAME.test(name);
}

/** A port's name: at most 15 lower case letters, digits and single inner `-`, with at least one letter. */
export const isPortName = (text: string): boolean =>
  text.length <= 15 && LABEL_RE.test(text) && /[a-z]/.test(text) && !text.includes('--');
