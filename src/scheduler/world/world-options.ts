import type { KubeClient } from '../../cluster/client.ts';
import type { Coverage } from '../../cluster/namespaces.ts';
import type { WatchEndReason } from '../../cluster/watch-ending.ts';
import type { ConfigKind } from '../../rollout/pins/reference.ts';
import type { TrafficProvider } from '../../traffic/provider.ts';
import type { ConfigKey } from './config/config-key.ts';

export interface WorldOptions extends Coverage {
  client: KubeClient;
  /** What divides traffic: its objects are watched too. */
  provider: TrafficProvider;
  /** Of which kinds changes of content are released. */
  trackedConfig: readonly ConfigKind[];
  configKey: ConfigKey;
  /** Something changed about the Deployment of this key. */
  onChange: (key: string) => void;
  onError?: (error: unknown) => void;
  /** A watch of the resource (`deployments`) ended and is opened again. */
  onRestart?: (resource: string, reason: WatchEndReason) => void;
  /** A full list of the resource showed this many changes that the watch had not. */
  onMissed?: (resource: string, count: number) => void;
  /** Watches for a release that is over were closed. */
  onClosed?: () => void;
  /** The Deployment is gone, or Headgate off it: nothing here is kept for it any more. */
  onForgotten?: (key: string) => void;
}
