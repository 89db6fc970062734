import type { Service } from '../../../rollout/kube.ts';
import { namespaceOf } from './objects.ts';

const EXPORT_TO = 'networking.istio.io/exportTo';

/** Whether an object of one namespace is seen by proxies of another: `.` is its own, `*` all, `~` none. */
export function isExported(exportTo: readonly string[], owner: string, client: string): boolean {
  if (exportTo.length === 0) return true;
  return exportTo.some((entry) => entry === '*' || entry === client || (entry === '.' && owner === client));
}

/** Only its own namespace sees it. */
export const isPrivate = (exportTo: readonly string[], owner: string): boolean =>
  exportTo.length > 0 && exportTo.every((entry) => entry === '.' || entry === owner);

export const exportsOf = ({ metadata }: Service): string[] =>
  (metadata.annotations?.[EXPORT_TO] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

export const isServiceSeen = (service: Service, client: string): boolean =>
  isExported(exportsOf(service), namespaceOf(service), client);
