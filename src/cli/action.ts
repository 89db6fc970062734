import { isForbidden, isNotFound, isUnanswered, KubeError } from '../cluster/errors.ts';
import { masked } from '../rollout/spec/wording/masked.ts';
import { EXIT, Failure } from './exit.ts';
import { drained, type Io } from './io.ts';

/** Runs a command to its exit code; whatever it throws is said to the person. */
export async function perform(io: Io, command: () => Promise<number>): Promise<void> {
  const code = await command().catch((error: unknown) => {
    io.stderr.write(`headgate: ${describe(error)}\n`);
    return error instanceof Failure ? error.exitCode : EXIT.error;
  });
  await drained(io);
  io.exit(code);
}

/** What went wrong and, where that is known, what to do about it. An error of the API server is given in its own words. */
export function describe(error: unknown): string {
  const words = masked(error instanceof Error ? error.message : String(error));
  const advice = adviceFor(error);
  return advice === undefined ? words : `${words}\n  ${advice}`;
}

function adviceFor(error: unknown): string | undefined {
  if (isForbidden(error))
    return 'Headgate is steered through its Canary objects: RBAC on canaries.headgate.dev decides.';
  if (isNotFound(error)) return 'Is Headgate installed in this cluster? kubectl get crd canaries.headgate.dev';
  if (isUnanswered(error)) return 'Is this the right cluster? See --kubeconfig and --context.';
  const expired = error instanceof KubeError && error.status === 401;
  return expired ? 'The credentials are not valid there, or have expired; see --kubeconfig and --context.' : undefined;
}
