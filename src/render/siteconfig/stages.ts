/** The stages before anything is applied: the condition that shows each, and its message when the stage fails. */
export const STAGES = {
  validation: { condition: 'ClusterInstanceValidated', failed: (why: string) => `Validation failed: ${why}` },
  render: { condition: 'RenderedTemplates', failed: (why: string) => `Failed to render templates, err= ${why}` },
  'dry-run': { condition: 'RenderedTemplatesValidated', failed: (why: string) => `Rendered manifests failed dry-run validation, err: ${why}` },
} as const;

export type Stage = (typeof STAGES)[keyof typeof STAGES];

/** The operator's name in managedFields. */
export const FIELD_MANAGER = 'siteconfig-controller';

/** What the operator puts around the API server's words. */
export function applyFailure(message: string): string {
  return `failed to apply object using Server-Side Apply: ${message}`;
}
