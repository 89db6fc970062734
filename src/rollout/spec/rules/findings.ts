/** Where in the user's form something is. */
export type Path = readonly (string | number)[];

/** Something wrong at a place in the form, as a predicate on the value there. */
export interface Finding {
  path: Path;
  message: string;
  /** It is too large to be shown. */
  isLarge?: true;
}

/** What a person calls a field: its path in a Canary, or the annotation that sets it. */
export type NameField = (path: Path) => string;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** What stands at a path of a value of any shape. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    value,
  );

/** `spec.analysis.metrics[0].name`, below `root`. */
export const pathText = (root: string, path: Path): string =>
  path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${key}`), root);
