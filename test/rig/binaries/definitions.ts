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
    const dir = await moduleDir('istio.io/api');
    convert([join(dir, 'kubernetes', 'customresourcedefinitions.gen.yaml')], files.istio);
  }
  if (!existsSync(files.gatewayApi)) {
    const dir = join(await moduleDir('sigs.k8s.io/gateway-api'), 'config', 'crd', 'standard');
    const names = readdirSync(dir).filter((name) => name.endsWith('.yaml'));
    convert(
      names.map((name) => join(dir, name)),
      files.gatewayApi,
    );
  }
  return files;
}

async function moduleDir(module: string): Promise<string> {
  const cwd = join(toolsDir, 'istio');
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
