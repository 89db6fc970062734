import { stringify } from 'yaml';

/** YAML that kubectl reads as it is meant: it reads version 1.1, which takes more texts for something else; they get quotes. */
export const yamlText = (value: unknown): string =>
  stringify(value, { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 });
