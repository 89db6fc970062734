/** How the image runs Headgate. */
export interface ImageForm {
  env: Record<string, string>;
  /** What Node is told before the program. */
  flags: string[];
}

/** The chart's limit for a scheduler, in MiB. */
export const CHART_LIMIT = 512;

/**
 * From the stage of the Dockerfile that all images begin with. A share of the pod's memory becomes so many MiB: on the rig
 * there is no pod, and it would be a share of the machine's.
 * @param limit of the pod's memory, in MiB
 */
export function imageForm(dockerfile: string, limit = CHART_LIMIT): ImageForm {
  const sized = (words: string): string => sizedIn(words, limit);
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

const sizedIn = (words: string, limit: number): string =>
  words.replace(
    /--max-old-space-size-percentage=(\d+)/,
    (_, percent: string) => `--max-old-space-size=${Math.round((limit * Number(percent)) / 100)}`,
  );
