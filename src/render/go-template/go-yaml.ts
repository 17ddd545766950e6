import { stringify } from 'yaml';

/** As sigs.k8s.io/yaml writes it: keys sorted, lists not indented. Without the last newline, as the operator's `toYaml` has it. */
export function goYaml(value: unknown): string {
  if (value === undefined) return 'null';
  return stringify(value, { version: '1.1', sortMapEntries: true, indentSeq: false, lineWidth: 0 }).replace(/\n$/, '');
}
