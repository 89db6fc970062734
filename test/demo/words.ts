import type { Snapshot } from './model.ts';

/** What is going on, in one or two sentences. */
export function explain({ phase, asked, routed, tag, wanted, isHeld, stable }: Snapshot): string {
  switch (phase) {
    case 'Held':
      return `The change was admitted and held in one write: the Deployment asks for ${wanted}, is paused, and its pods run on (${stable}).`;
    case 'Progressing':
      if (asked === 0)
        return `podinfo-canary starts with the held template. It gets no traffic until its pods are ready.`;
      if (routed !== asked) return `The canary is given ${asked} % of the traffic; the gateway is about to have it.`;
      return `The canary has ${asked} % of the traffic. After an interval at this weight its success rate and latency are checked.`;
    case 'Promoting':
      return isHeld
        ? 'Every check passed. Headgate lifts the hold.'
        : `The hold is lifted, and Kubernetes rolls the Deployment to ${tag} by itself. The canary keeps its traffic until that is done.`;
    case 'Finalising':
      return isHeld
        ? `Too many checks failed. The hold is marked as failed, all traffic is back on the stable pods (${stable}), the canary goes.`
        : `All pods run ${tag}. Traffic goes back to them, then the canary is scaled to zero.`;
    case 'Succeeded':
      return `${tag} is promoted: it runs on all pods, and nothing is held.`;
    case 'Failed':
      return `${tag} is kept out. The stable pods were never touched, and applying ${tag} again changes nothing.`;
    default:
      return '';
  }
}
