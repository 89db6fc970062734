import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { moduleCache } from './cache.ts';
import { toolsDir } from './programs.ts';

const run = promisify(execFile);

/** The resource definitions of Istio and of the Gateway API, as JSON lists. */
export interface Definitions {
  istio: string;
  gatewayApi: string;
}

/** Taken once from the modules that istiod is built from, so that later runs need no module cache. */
export async function definitions(): Promise<Definitions> {
  const cache = moduleCache('istio');
  const files = { istio: join(cache, 'istio-crds.json'), gatewayApi: join(cache, 'gateway-api-crds.json') };
  if (!existsSync(files.istio)) {
    const dir = await moduleDir('istio', 'istio.io/api');
    convert([join(dir, 'kubernetes', 'customresourcedefinitions.gen.yaml')], files.istio);
  }
  if (!existsSync(files.gatewayApi)) {
    const dir = join(await moduleDir('istio', 'sigs.k8s.io/gateway-api'), 'config', 'crd', 'standard');
    convert(yamlFilesOf(dir), files.gatewayApi);
  }
  return files;
}

/** Those of the controllers that the benchmark measures Headgate beside. */
const CONTROLLERS = {
  flagger: { module: 'github.com/fluxcd/flagger', directory: 'artifacts/flagger' },
  'argo-rollouts': { module: 'github.com/argoproj/argo-rollouts', directory: 'manifests/crds' },
} as const;

/** The resource definitions of a controller as a JSON list, taken once from the module that it is built from. */
export async function controllerDefinitions(tools: keyof typeof CONTROLLERS): Promise<string> {
  const file = join(moduleCache(tools), 'crds.json');
  const { module, directory } = CONTROLLERS[tools];
  if (!existsSync(file)) convert(yamlFilesOf(join(await moduleDir(tools, module), directory)), file);
  return file;
}

const yamlFilesOf = (dir: string): string[] =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(dir, name));

/** Where a module is that one of the tools is built from. */
async function moduleDir(tools: string, module: string): Promise<string> {
  const cwd = join(toolsDir, tools);
  const list = async (): Promise<string | undefined> => {
    const { stdout } = await run('go', ['list', '-m', '-json', module], { cwd });
    return (JSON.parse(stdout) as { Dir?: string }).Dir;
  };
  const known = await list();
  if (known) return known;
  await run('go', ['mod', 'download', module], { cwd });
  const fetched = await list();
  if (!fetched) throw new Error(`the Go module ${module} could not be fetched`);
  return fetched;
}

function convert(yamlFiles: readonly string[], target: string): void {
  const objects = yamlFiles
    .flatMap((file) => [...parseAllDocuments(readFileSync(file, 'utf8'))])
    .map((document) => document.toJS() as { kind?: string } | null)
    .filter((object) => object?.kind === 'CustomResourceDefinition');
  writeFileSync(`${target}.tmp`, JSON.stringify(objects));
  renameSync(`${target}.tmp`, target);
}
