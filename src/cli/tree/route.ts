import type { RouteDescription } from '../../traffic/provider.ts';
import type { Entry, Span } from '../outline.ts';
import type { CanarySnapshot } from './snapshot.ts';

/** Where traffic goes by the route objects. */
export const routeEntries = ({ routes }: CanarySnapshot): Entry[] => routes.map(entryOf);

function entryOf({ title, summary, details, rules }: RouteDescription): Entry {
  const name: Span = { text: title };
  if (summary === undefined) return { cells: [name, { text: 'is not there', colour: 'red' }] };
  return {
    cells: [name, { text: summary }],
    details: details.map((text): Span => ({ text, colour: 'dim' })),
    entries: rules.map((text) => ({ cells: [{ text }] })),
  };
}
