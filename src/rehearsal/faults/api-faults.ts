import { MINUTE_S, type FaultRow } from './fault-row.ts';

const SURVIVES = { outcome: 'survives', limitS: 120 * MINUTE_S } as const;

/** Troubles of the hub's API that an installation must outlive. */
export const API_FAULTS = {
  'api-429': { meaning: 'the API server is too busy for the first write to each object', target: 'hub', api: 'too-many-requests', expect: SURVIVES },
  'api-503': { meaning: 'the API server does not serve the first watch of each kind', target: 'hub', api: 'unavailable', expect: SURVIVES },
  'watch-dropped': { meaning: 'the first watch of each kind ends at once', target: 'hub', api: 'watch-dropped', expect: SURVIVES },
  'watch-expired': { meaning: 'the first watch of each kind is told 410 Gone', target: 'hub', api: 'watch-expired', expect: SURVIVES },
  'api-slow': { meaning: 'the API server takes a quarter of a second for the first write to each object', target: 'hub', api: 'slow', expect: SURVIVES },
  'webhook-down': { meaning: 'the webhook of ClusterInstances does not answer for 40 seconds', target: 'hub', expect: SURVIVES },
} as const satisfies Readonly<Record<string, FaultRow>>;
