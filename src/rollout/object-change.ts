import type { KubeObject } from './kube.ts';

/** How the API server addresses one kind of object. */
export interface Kind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export const namespacedKind = (group: string, version: string, plural: string, kind: string): Kind => ({
  group,
  version,
  plural,
  kind,
  namespaced: true,
});

/** One operation of a JSON Patch (RFC 6902). */
export type PatchOperation = { op: 'test' | 'add' | 'replace' | 'remove'; path: string; value?: unknown };

/** A JSON Pointer (RFC 6901) to the value under these keys. */
export const pointer = (...keys: readonly (string | number)[]): string =>
  keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Makes the patch that begins with it fail, if somebody wrote the object since it was observed. */
export const atVersion = ({ metadata }: KubeObject): PatchOperation => ({
  op: 'test',
  path: pointer('metadata', 'resourceVersion'),
  value: metadata.resourceVersion,
});

/**
 * A write of one object. What is patched or deleted is given as it was observed: the write fails if it is another by then
 * (patch: another resourceVersion; delete: another uid).
 */
export type ObjectChange =
  | { do: 'create'; kind: Kind; object: KubeObject }
  | {
      do: 'patch';
      kind: Kind;
      object: KubeObject;
      operations: readonly PatchOperation[];
      /** Its user may apply over what is written without a conflict: no field of it is Headgate's. */
      isLent?: true;
    }
  | { do: 'delete'; kind: Kind; object: KubeObject };
