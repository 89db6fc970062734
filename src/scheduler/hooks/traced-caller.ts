import type { HookCaller } from '../../hooks/call.ts';
import type { Tracing } from '../../telemetry/tracing.ts';

/** Each question is a span; whoever is asked is told which, and can go on with the trace. */
export const tracedCaller = (caller: Pick<HookCaller, 'ask'>, tracing: Tracing): Pick<HookCaller, 'ask'> => ({
  ask: (question, signal) =>
    tracing.part({
      name: `hook ${question.type}`,
      attributes: { 'headgate.hook.type': question.type },
      run: () => caller.ask({ ...question, headers: { ...question.headers, ...tracing.headers() } }, signal),
      failure: ({ outcome, message }) => (outcome === 'passed' ? undefined : `${outcome}: ${message}`),
    }),
});
