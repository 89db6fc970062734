import type { ReflectorTiming } from '../../cluster/reflector-options.ts';
import type { Kind } from '../../rollout/object-change.ts';

/** What is always watched of one kind. */
export interface Watch<T> {
  kind: Kind;
  labelSelector?: string;
  metadataOnly?: true;
  /** What is kept of each object. */
  keep?: (object: T) => T;
  /** A cluster without the kind does not keep the scheduler from starting. */
  optional?: boolean;
  /** That it may not be read is no trouble to be told of: whoever asks for it says what it comes to. */
  mayBeForbidden?: true;
  timing?: ReflectorTiming;
  /** Nothing is done before it is filled. */
  isEssential?: true;
  index?: Readonly<Record<string, (object: T) => readonly string[]>>;
  /** Keys of the Deployments that an object is about. */
  toKeys: (object: T) => readonly string[];
}
