/** What a hook is told of the release that it is asked about. */
export interface HookSubject {
  /** Of the Canary. */
  name: string;
  namespace: string;
  phase: string;
  revision: string;
}

/** The body of a question, in the form that Flagger sends: what was written for its webhooks understands this one. */
export interface HookPayload {
  name: string;
  namespace: string;
  phase: string;
  /** The revision: another pod template has another. */
  checksum: string;
  metadata: Record<string, string>;
}

export const hookPayload = (
  { name, namespace, phase, revision }: HookSubject,
  metadata: Readonly<Record<string, string>>,
): HookPayload => ({ name, namespace, phase, checksum: revision, metadata: { ...metadata } });
