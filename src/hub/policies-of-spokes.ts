import type { Action } from './action.ts';
import { validatePolicies } from './policies/validate-policies.ts';

/** The policies that are for the job's spokes hold there (reference/ztp.md §4.4, §5.6): a test case for each. */
export const policiesOfSpokes: Action = (input) => [validatePolicies(input)];
