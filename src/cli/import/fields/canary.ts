import type { Field } from '../field.ts';
import { tableOf } from '../field-table.ts';
import { ANALYSIS_FIELDS } from './analysis.ts';
import { ALERT_FIELDS, METRIC_FIELDS, WEBHOOK_FIELDS } from './checks.ts';
import { ROUTE_FIELDS } from './route.ts';
import { SERVICE_FIELDS } from './service.ts';
import { TARGET_FIELDS } from './target.ts';

/** Every field of Flagger's Canary, with what becomes of it: what the program does, and what docs/import.md says. */
export const CANARY_FIELDS: readonly Field[] = [
  ...TARGET_FIELDS,
  ...SERVICE_FIELDS,
  ...ROUTE_FIELDS,
  ...ANALYSIS_FIELDS,
  ...METRIC_FIELDS,
  ...WEBHOOK_FIELDS,
  ...ALERT_FIELDS,
];

export const CANARY_TABLE = tableOf(CANARY_FIELDS);
