import type { ScalarTag } from 'yaml';
import type { Dialect } from '../../util/source-file.ts';

const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};

const DATE: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  test: /^\d{4}-\d{2}-\d{2}$/,
  resolve: (text) => `${text}T00:00:00Z`,
};

/** As Go's YAML libraries read what YAML 1.2 reads otherwise: `0644` is 420, a date is a time in UTC. */
export const GO_YAML: Dialect = { version: '1.2', customTags: (tags) => [OCTAL, DATE, ...tags] };
