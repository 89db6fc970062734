/** How the image runs Headgate. */
export interface ImageForm {
  env: Record<string, string>;
  /** What Node is told before the program. */
  flags: string[];
}

/** The chart's limit for a scheduler. */
const LIMIT_MIB = 512;

/**
 * From the stage of the Dockerfile that all images begin with. A share of the pod's memory becomes so many MiB: on the rig
 * there is no pod, and it would be a share of the machine's.
 */
export function imageForm(dockerfile: string): ImageForm {
  const [, stage = ''] = /^FROM .* AS headgate\n([^]*?)^FROM /m.exec(dockerfile) ?? [];
  const words = [...stage.matchAll(/^ENV (.+)$/gm)].flatMap(([, line = '']) => [
    ...line.matchAll(/(\w+)=("[^"]*"|\S+)/g),
  ]);
  const env = Object.fromEntries(words.map(([, name = '', value = '']) => [name, sized(value.replaceAll('"', ''))]));
  const [, entry] = /^ENTRYPOINT (\[.*\])$/m.exec(stage) ?? [];
  if (entry === undefined) throw new Error('the Dockerfile has no stage "headgate" with an ENTRYPOINT');
  const flags = (JSON.parse(entry) as string[]).filter((word) => word.startsWith('--')).map(sized);
  return { env, flags };
}

const sized = (words: string): string =>
  words.replace(
    /--max-old-space-size-percentage=(\d+)/,
    (_, percent: string) => `--max-old-space-size=${Math.round((LIMIT_MIB * Number(percent)) / 100)}`,
  );
