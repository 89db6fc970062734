import { join } from 'node:path';
import { type BuiltImage, builtImage } from './agent/runtime.ts';
import type { ProgramName } from './binaries/programs.ts';

/** What the agent starts for a container. */
export interface Launch {
  /** A program of the rig, `node` for a script of the rig's own, `host` for the container's own command run on this machine, or `none` for no process at all. */
  program: ProgramName | 'node' | 'host' | 'none';
  args: string[];
  /** Where it runs as a container of an image that was built here; `args` are those of its entrypoint. */
  image?: BuiltImage;
  /** Below the container's own env. */
  env: Record<string, string>;
  /** The agent ends the process after this time, as exit code 1: a program that crashes late. */
  crashAfterMs?: number;
  /** The image spoils its own probes too; any answer but 503 then counts as success, so that tests are not a lottery. */
  lenientProbes?: boolean;
}

interface Behaviour {
  suffix: RegExp;
  flags?: readonly string[];
  lenientProbes?: boolean;
  /** Pods of a canary are not spoilt. */
  onlyPromoted?: true;
  crashAfterMs?: (match: RegExpExecArray) => number;
}

/**
 * What the end of a podinfo tag means; every other tag is a good version.
 *
 * | tag                   | what it does                                                                         |
 * |-----------------------|--------------------------------------------------------------------------------------|
 * | `1.5.0-errors`        | a third of the answers fail: 500, 400 and 409 in equal parts (one in nine is a 5xx)    |
 * | `1.5.0-errors-promoted`, `-unready-promoted` | as without `-promoted`, but for pods of a canary, which are good |
 * | `1.5.0-slow`          | every answer takes 0.8 to 1.2 s                                                      |
 * | `1.5.0-garbled`       | serves well, but for gRPC's `Info`: INTERNAL, as its color is no UTF-8                  |
 * | `1.5.0-unready`       | runs, answers, never becomes ready                                                   |
 * | `1.5.0-unhealthy`     | ready, but its liveness probe fails                                                  |
 * | `1.5.0-crash`         | exits half a second after each start, never ready                                    |
 * | `1.5.0-crash-after-8s`| serves well, exits 8 s after each start (also written `-crash-late-8s`)               |
 */
const behaviours: readonly Behaviour[] = [
  { suffix: /-errors$/, flags: ['--random-error'], lenientProbes: true },
  { suffix: /-errors-promoted$/, flags: ['--random-error'], lenientProbes: true, onlyPromoted: true },
  { suffix: /-unready-promoted$/, flags: ['--unready'], onlyPromoted: true },
  {
    suffix: /-slow$/,
    flags: ['--random-delay', '--random-delay-unit=ms', '--random-delay-min=800', '--random-delay-max=1200'],
    lenientProbes: true,
  },
  { suffix: /-garbled$/, flags: [`--config-path=${join(import.meta.dirname, 'images')}`, '--config=garbled.yaml'] },
  { suffix: /-unready$/, flags: ['--unready'] },
  { suffix: /-unhealthy$/, flags: ['--unhealthy'] },
  { suffix: /-crash$/, flags: ['--unready'], crashAfterMs: () => 500 },
  { suffix: /-crash-(?:after|late)-(\d+)s$/, crashAfterMs: (match) => Number(match[1]) * 1_000 },
];

/** How to run this container on a pod of this address and name, or undefined when the rig does not know the image. */
export function launchOf(image: string, words: readonly string[], ip: string, pod = ''): Launch | undefined {
  const { name, tag } = parseImage(image);
  if (name === 'podinfo' && (words.length === 0 || isPodinfo(words[0] ?? '') || words[0]?.startsWith('-'))) {
    return podinfo(tag, isPodinfo(words[0] ?? '') ? words.slice(1) : words, ip, pod);
  }
  if (name === 'grpc-echo') return grpcEcho(tag, words, ip);
  if (name === 'headgate' || name === 'headgate-loadtester') return headgate(name, words);
  if (name === 'hollow') return { program: 'none', args: [], env: {} };
  if ((name === 'busybox' || name === 'podinfo' || name === 'redis') && words.length > 0)
    return { program: 'host', args: [...words], env: {} };
  return undefined;
}

/** `ghcr.io/stefanprodan/podinfo:1.4.1@sha256:…` → { name: 'podinfo', tag: '1.4.1' }. */
export function parseImage(image: string): { name: string; tag: string } {
  const last = image.split('@')[0]?.split('/').at(-1) ?? '';
  const [name = '', tag = 'latest'] = last.split(':');
  return { name, tag };
}

/** A gRPC server; its tags are podinfo's, of which `-errors` alone means something. */
function grpcEcho(tag: string, words: readonly string[], ip: string): Launch | undefined {
  if (!isVersion(tag)) return undefined;
  const script = join(import.meta.dirname, 'images', 'grpc-echo.ts');
  const errors = tag.endsWith('-errors') ? ['--errors'] : [];
  const args = [NO_WARNING, script, `--host=${ip}`, `--tag=${tag}`, ...errors, ...words];
  return { program: 'node', args, env: {} };
}

/** What Node makes of the sources is kept from one start to the next, as test files keep it. */
const COMPILED = { NODE_COMPILE_CACHE: join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'test') };

/** The product itself, from this checkout's sources, or from its image. */
function headgate(name: string, words: readonly string[]): Launch {
  const image = builtImage(name);
  if (image !== undefined) return { program: 'host', args: ['', ...words], env: {}, image };
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
  return { program: 'host', args: [process.execPath, main, ...words], env: COMPILED };
}

const NO_WARNING = '--disable-warning=ExperimentalWarning';

const isVersion = (tag: string): boolean => /^(?:latest|v?\d+\.\d+\.\d+.*)$/.test(tag);

const isPodinfo = (word: string): boolean => /^(?:\.\/|.*\/)?podinfo$/.test(word);

function podinfo(tag: string, words: readonly string[], ip: string, pod: string): Launch | undefined {
  if (!isVersion(tag)) return undefined;
  const launch: Launch = {
    program: 'podinfo',
    args: [...words, `--host=${ip}`],
    // GET / answers with this message, so that an answer tells which revision served it.
    env: { PODINFO_UI_MESSAGE: tag },
  };
  for (const { suffix, flags, crashAfterMs, lenientProbes, onlyPromoted } of behaviours) {
    const match = suffix.exec(tag);
    if (!match || (onlyPromoted && pod.includes('-canary-'))) continue;
    launch.args.unshift(...(flags ?? []));
    if (crashAfterMs) launch.crashAfterMs = crashAfterMs(match);
    if (lenientProbes) launch.lenientProbes = true;
  }
  return launch;
}

/** Whether a container binds ports on every address, as podinfo does with these two: where pods share a network, one alone can. */
export const bindsEveryAddress = (image: string, words: readonly string[]): boolean =>
  parseImage(image).name === 'podinfo' && words.some((word) => /^--(?:port-metrics|grpc-port)(?:=|$)/.test(word));
