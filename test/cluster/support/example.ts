import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { type Json, waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

const EXAMPLES = fileURLToPath(new URL('../../../manifests/examples', import.meta.url));

/** Text of an example → what stands for it on the rig. */
export type Stead = Readonly<Record<string, string>>;

/**
 * Applies an example to an app's namespace, as it stands but for what the rig cannot do, or would take long to do:
 * there is no DNS, so addresses take the place of names (`stead`); and steps of minutes are steps of seconds.
 */
export async function applyExample(app: App, name: string, stead: Stead = {}): Promise<void> {
  const own = { 'podinfo.example.com': app.host, ...stead };
  const text = filesOfExample(name)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n---\n');
  const items = objectsOnRig(replaced(text, own), app.rig.file.bin);
  await app.kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
}

export const filesOfExample = (name: string): string[] => globSync(`${EXAMPLES}/${name}/*.yaml`).toSorted();

export const replaced = (text: string, stead: Stead): string =>
  Object.entries(stead).reduce((all, [from, to]) => all.replaceAll(from, to), text);

export const objectsOnRig = (text: string, programs: string): Json[] =>
  parseAllDocuments(text).map((document) => onRig(document.toJS() as Json, programs));

/** @param programs where the rig has those that commands begin with */
function onRig(object: Json, programs: string): Json {
  const { kind, metadata, spec } = object;
  if (kind === 'Canary') Object.assign(spec.analysis, { interval: '3s', stepWeight: 25 });
  const notes = kind === 'Deployment' ? metadata.annotations : undefined;
  if (notes !== undefined) Object.assign(notes, { 'headgate.dev/interval': '3s', 'headgate.dev/step-weight': '25' });
  const container = kind === 'Deployment' ? spec.template.spec.containers[0] : undefined;
  // All pods of the rig have one set of ports: each listens on its own address.
  const ownAddress = { name: 'HEADGATE_LOADTESTER_HOST', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };
  const path = { name: 'PATH', value: `${programs}:/usr/bin` };
  if (container?.args?.[0] === 'loadtester') container.env.push(ownAddress, path);
  return object;
}

/** Where a load tester of an example listens: `http://10.244.1.7:8080`. */
export async function addressOf(app: App, name: string): Promise<string> {
  await app.kubectl(['rollout', 'status', `deployment/${name}`, '--timeout=60s']);
  const selector = encodeURIComponent(`app.kubernetes.io/name=${name}`);
  const path = `/api/v1/namespaces/${app.namespace}/pods?labelSelector=${selector}`;
  const ip = await waitFor(`the address of ${name}`, async () => {
    const [pod]: Json[] = await app.rig.api.list(path);
    return pod?.status.podIP as string | undefined;
  });
  return `http://${ip}:8080`;
}
