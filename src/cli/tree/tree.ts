import { normaliseSpec } from '../../rollout/spec/spec.ts';
import { aligned, type Entry } from '../outline.ts';
import { viewOf } from '../view.ts';
import { checksEntries } from './checks.ts';
import { deploymentEntries } from './deployments.ts';
import { headCells, headDetails } from './head.ts';
import { awaitingEntries, hooksEntries } from './hooks.ts';
import { nextEntries } from './next.ts';
import { noticesEntries } from './notices.ts';
import { routeEntries } from './route.ts';
import type { CanarySnapshot } from './snapshot.ts';

/** Everything about one Canary: what runs, where traffic goes, what was measured, and what it waits for. */
export function treeOf(seen: CanarySnapshot): Entry {
  const { canary, now, program } = seen;
  const view = viewOf(canary);
  const { release, outbox } = canary.status ?? {};
  const spec = normaliseSpec(canary.spec);
  const analysis = spec.ok ? spec.value.analysis : undefined;
  return {
    cells: headCells(view, { now, threshold: analysis?.threshold }),
    details: headDetails(view, now),
    entries: [
      ...aligned([...deploymentEntries(seen), ...routeEntries(seen)]),
      ...checksEntries(release, analysis, { now, underWay: view.underWay }),
      ...hooksEntries(release),
      ...awaitingEntries(view, now),
      ...noticesEntries(outbox, now),
      ...hiddenEntries(seen),
      ...nextEntries(view, program),
    ],
  };
}

/** One line for all that this person may not read. Without the Deployments nobody knows which pods are theirs. */
function hiddenEntries({ canary, hidden }: CanarySnapshot): Entry[] {
  if (hidden.size === 0) return [];
  const kinds = new Set([...hidden, ...(hidden.has('deployments') ? ['pods'] : [])]);
  const where = `in namespace ${canary.metadata.namespace}`;
  const text = `Not shown, as you may not read them ${where}: ${[...kinds].toSorted().join(', ')}`;
  return [{ cells: [{ text, colour: 'yellow' }] }];
}
