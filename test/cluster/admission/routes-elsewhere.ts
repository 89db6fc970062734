import type { Test } from 'tap';
import type { KubectlOptions } from '../../rig/rig.ts';
import { type Gate, Subject } from './subject.ts';

/** Whoever names a route of another namespace must be allowed to change it there. */
export async function routesElsewhere(t: Test, gate: Gate): Promise<void> {
  const { rig } = gate;
  const edge = await rig.createNamespace('edge');

  /** One who may do in the subject's namespace what is needed, and in the edge's change the VirtualServices that are named. */
  async function steerer(subject: Subject, name: string, routes: readonly string[]): Promise<KubectlOptions> {
    await subject.kubectl(['create', 'serviceaccount', name]);
    const account = `--serviceaccount=${subject.namespace}:${name}`;
    await subject.kubectl(['create', 'rolebinding', `${name}-edit`, '--clusterrole=admin', account]);
    await grant(subject.namespace, name, subject.namespace, []);
    if (routes.length > 0) await grant(edge, name, subject.namespace, routes);
    return { as: { token: await rig.token(subject.namespace, name) } };
  }

  /** @param names none: all of them */
  async function grant(namespace: string, name: string, of: string, names: readonly string[]): Promise<void> {
    const metadata = { name: `${name}-${of}`, namespace };
    const rule = { apiGroups: ['networking.istio.io'], resources: ['virtualservices'], verbs: ['update'] };
    const apiGroup = 'rbac.authorization.k8s.io';
    const rules = [{ ...rule, ...(names.length > 0 && { resourceNames: names }) }];
    const role = { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules };
    const binding = {
      ...{ apiVersion: `${apiGroup}/v1`, kind: 'RoleBinding', metadata },
      roleRef: { apiGroup, kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: of }],
    };
    await rig.kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items: [role, binding] } });
  }

  t.test('by annotation', async (t) => {
    const subject = await Subject.deployed(gate, 'steer-far');
    const near = await steerer(subject, 'near', []);
    const far = await steerer(subject, 'far', ['web', 'api']);
    const annotate = (words: readonly string[], options: KubectlOptions) =>
      subject.kubectl(['annotate', '--overwrite', 'deployment/podinfo', ...words], options);
    const refused = async (words: readonly string[], options: KubectlOptions) =>
      (await annotate(words, { ...options, expectFail: true })).stderr;
    const lacks = (name: string) =>
      new RegExp(`must be allowed to update virtualservices.*${name} in the namespace ${edge}`);
    const enrol = ['headgate.dev/canary=true', `headgate.dev/routes=${edge}/web/*`];
    t.match(await refused(enrol, near), lacks('web'));
    await annotate(['headgate.dev/canary=true', 'headgate.dev/routes=web/main,web/*'], near);
    t.match(await refused([`headgate.dev/routes=podinfo, ${edge}/web/main`], near), lacks('web'));
    await annotate([`headgate.dev/routes=podinfo, ${edge}/web/main, ${edge}/api/*`], far);
    t.match(await refused([`headgate.dev/routes=${edge}/web/*,${edge}/api/*,${edge}/other/*`], far), lacks('other'));
    t.match(await refused(['headgate.dev/interval=30s'], near), lacks('web'), 'as does whoever steers what is named');
    t.match((await subject.setImage('1.4.1', near)).stderr, /is held/, 'a release needs no such right');
    await annotate(['headgate.dev/routes-'], near);
    const eight = Array.from({ length: 8 }, (_, index) => `${edge}/web/r${index}`).join();
    await annotate([`headgate.dev/routes=${eight}`], far);
    t.match(await refused([`headgate.dev/routes=${eight},${edge}/web/*`], far), /at most 8/);
    for (const place of ['headgate', 'kube-system'])
      t.match(
        await refused([`headgate.dev/routes=${place}/web/*`], {}),
        /namespace where Headgate changes nothing/,
        place,
      );
  });

  t.test('by a Canary', async (t) => {
    const subject = await Subject.deployed(gate, 'steer-far-canary');
    const near = await steerer(subject, 'near', []);
    const far = await steerer(subject, 'far', ['web']);
    const canary = (...routes: string[]) => ({
      ...{ apiVersion: 'headgate.dev/v1', kind: 'Canary' },
      metadata: { name: 'podinfo', namespace: subject.namespace },
      spec: { targetRef: { name: 'podinfo' }, service: { port: 9898, ...(routes.length > 0 && { routes }) } },
    });
    const refused = async (options: KubectlOptions, ...routes: string[]) =>
      (await subject.apply(canary(...routes), [], { ...options, expectFail: true })).stderr;
    t.match(await refused(near, `${edge}/web/*`), new RegExp(`spec.service.routes.*web in the namespace ${edge}`));
    await subject.apply(canary('web/main'), [], near);
    await subject.apply(canary('web/main', `${edge}/web/*`), [], far);
    t.match(await refused(far, `${edge}/other/*`), new RegExp(`other in the namespace ${edge}`));
    t.match(await refused({}, 'kube-system/web/*'), /namespace where Headgate changes nothing/);
    await subject.apply(canary(), [], near);
  });
}
