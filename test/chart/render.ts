import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pinnedKubernetes } from '../rig/binaries/programs.ts';
import { findPrograms } from '../rig/binaries.ts';
import { authorityTemplate, withTables } from './authority.ts';
import { dashboardFiles } from './dashboards/files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const CHART = join(ROOT, 'manifests/chart');

/** The plain manifests, and the templates that they are. Their namespace stands in a file of its own. */
const PLAIN = ['rbac', 'policy', 'floor', 'config-pins', 'webhook', 'deployment', 'redis', 'network-policy'];
/** A password is nothing for a file that all have: whoever applies the plain manifests makes the Secret first. */
const NO_PASSWORD = '--set=redis.auth.existingSecret=headgate-redis';
const HEADER = '# Made from manifests/chart by test/chart/render.ts. Not edited by hand.\n';

const run = promisify(execFile);

/** What `helm template` prints, without the empty lines in which versions of Helm differ. @throws with Helm's words */
export async function template(helm: string, args: readonly string[] = []): Promise<string> {
  const words = ['template', 'headgate', CHART, '--namespace=headgate', `--kube-version=${pinnedKubernetes().version}`];
  const { stdout } = await run(helm, [...words, ...args], { maxBuffer: 2 ** 24 });
  return stdout.replaceAll(/\n+(?=---\n)/g, '\n').replace(/\n+$/, '\n');
}

/** What decides about requests comes last, by kinds: one version of Helm knows an order for some of these kinds, another does not. */
function inOneOrder(text: string): string {
  const documents = text.split(/^(?=---$)/m).map((document) => document.replace(/\n*$/, '\n'));
  const kindOf = (document: string): string => /^kind: ((?:Mut|Valid)ating\w+)$/m.exec(document)?.[1] ?? '';
  return documents.toSorted((a, b) => kindOf(a).localeCompare(kindOf(b), 'en')).join('');
}

/** Every file of `manifests/` that the chart makes: path below the root → text. */
export async function renderedFiles(helm: string): Promise<Map<string, string>> {
  const only = (name: string) => template(helm, [NO_PASSWORD, `--show-only=templates/${name}.yaml`]);
  const files = new Map<string, string>();
  for (const name of PLAIN) files.set(`manifests/${name}.yaml`, HEADER + (await only(name)));
  const namespace = readFileSync(join(ROOT, 'manifests/namespace.yaml'), 'utf8');
  files.set(
    'manifests/install.yaml',
    HEADER + namespace + inOneOrder(await template(helm, [NO_PASSWORD, '--no-hooks'])),
  );
  files.set('manifests/uninstall/job.yaml', HEADER + (await only('uninstall')));
  return files;
}

/** What is made from the table of rights: path below the root → text. */
export const authorityFiles = (): Map<string, string> =>
  new Map([
    ['manifests/chart/templates/_authority.tpl', authorityTemplate()],
    ['docs/security.md', withTables(readFileSync(join(ROOT, 'docs/security.md'), 'utf8'))],
  ]);

/** `node test/chart/render.ts` writes them. */
if (import.meta.main) {
  for (const [path, text] of [...authorityFiles(), ...dashboardFiles()]) writeFileSync(join(ROOT, path), text);
  for (const name of [
    'crd.yaml',
    'crd-alertprovider.yaml',
    'crd-metrictemplate.yaml',
    'crd-clustermetrictemplate.yaml',
  ])
    copyFileSync(join(ROOT, 'manifests', name), join(CHART, 'files', name));
  const { helm3 } = await findPrograms(['helm3']);
  if (helm3 === undefined) throw new Error('Helm was not found');
  for (const [path, text] of await renderedFiles(helm3)) writeFileSync(join(ROOT, path), text);
}
