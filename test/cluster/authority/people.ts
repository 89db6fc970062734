import type { Person } from '../../chart/authority.ts';
import { type ApiClient, ApiError, type Json, type Rig } from '../../rig/rig.ts';

/** Whether a person has the rights to the mesh's objects besides, here and on the route next door. */
export interface User {
  title: string;
  person: Person;
  hasRoutes: boolean;
  api: ApiClient;
}

const GROUP = 'rbac.authorization.k8s.io';
const HOME = 'default';

/** Roles that a test gives out, each bound in the namespaces that it is for. */
export class People {
  readonly #rig: Rig;

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  /** A service account of the namespace `default` with ClusterRoles bound in some namespaces. */
  async account(name: string, roles: readonly string[], namespaces: readonly string[]): Promise<ApiClient> {
    await this.#rig.api.create(`/api/v1/namespaces/${HOME}/serviceaccounts`, { metadata: { name } });
    for (const namespace of namespaces) for (const role of roles) await this.bind(name, 'ClusterRole', role, namespace);
    return this.#rig.client({ userAgent: name, token: await this.#rig.token(HOME, name) });
  }

  kubeconfig(name: string): Promise<string> {
    return this.#rig.serviceAccountKubeconfig(HOME, name);
  }

  /** A Role of the namespace for the account, with these rules alone. */
  async grant(name: string, namespace: string, rules: readonly object[]): Promise<void> {
    const path = `/apis/${GROUP}/v1/namespaces/${namespace}/roles`;
    await this.#rig.api.create(path, { metadata: { name: `${name}-own` }, rules });
    await this.bind(name, 'Role', `${name}-own`, namespace);
  }

  async bind(name: string, kind: 'Role' | 'ClusterRole', role: string, namespace: string): Promise<void> {
    await this.#rig.api.create(`/apis/${GROUP}/v1/namespaces/${namespace}/rolebindings`, {
      metadata: { name: `${name}-${role}` },
      roleRef: { apiGroup: GROUP, kind, name: role },
      subjects: [{ kind: 'ServiceAccount', name, namespace: HOME }],
    });
  }

  /** Takes away what stands in a namespace that outlives the test. */
  async leave(namespace: string, names: readonly string[]): Promise<void> {
    const path = `/apis/${GROUP}/v1/namespaces/${namespace}/rolebindings`;
    const bindings = await this.#rig.api.list(path);
    const ours = bindings.filter(({ subjects }) => names.includes(subjects?.[0]?.name));
    for (const { metadata } of ours) await this.#rig.api.delete(`${path}/${metadata.name}`);
  }
}

/** `yes`, or the words of the refusal. Only a refusal for want of rights is one. */
export async function asked(request: Promise<Json>): Promise<string> {
  return request.then(
    () => 'yes',
    (error: unknown) => {
      if (error instanceof ApiError && error.status === 403) return error.message;
      throw error;
    },
  );
}
