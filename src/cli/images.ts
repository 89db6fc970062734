import type { PodTemplate } from '../rollout/kube.ts';
import { oneLine } from './text/status-text.ts';

const DIGEST = /@(sha\d+):([0-9a-f]{12})[0-9a-f]+$/;

/** An image without its registry and path, a digest with its first digits: `podinfo:1.4.1`. */
export const shortImage = (image: string): string => image.slice(image.lastIndexOf('/') + 1).replace(DIGEST, '@$1:$2');

/** The images of a template's containers, for one cell. */
export function imagesText(template: PodTemplate | undefined, wide: boolean): string {
  const images = (template?.spec.containers ?? []).map(({ image = '-' }) => (wide ? image : shortImage(image)));
  return oneLine(images.join(', '));
}
