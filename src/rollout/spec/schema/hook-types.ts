/** When a hook is asked. */
export const HOOK_TYPES = [
  'confirm-rollout',
  'pre-rollout',
  'rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
  'post-rollout',
  'rollback',
  'event',
] as const;
export type HookType = (typeof HOOK_TYPES)[number];

/** Hooks that are asked again and again until they approve. */
export const GATE_TYPES = ['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const;
export type GateType = (typeof GATE_TYPES)[number];

export const isGate = (type: HookType): type is GateType => GATE_TYPES.some((gate) => gate === type);
