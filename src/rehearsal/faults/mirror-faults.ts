import { MINUTE_S, type FaultRow } from './fault-row.ts';

/** What goes wrong in a lab without a way out; it strikes jobs with `network: disconnected`. */
export const MIRROR_FAULTS = {
  'image-missing-in-mirror': {
    meaning: 'the registry of the lab lacks one image of the release',
    target: 'hub',
    network: 'disconnected',
    expect: {
      outcome: 'fails',
      object: String.raw`registry\.our\.ztp\.lab:5000/openshift/release@sha256:[0-9a-f]{64}`,
      condition: 'Mirrored',
      reason: 'ManifestUnknown',
      message: /lacks 1 of 23 images: etcd/,
      limitS: 5 * MINUTE_S,
    },
  },
  'registry-unreachable': {
    meaning: 'the registry of the lab does not answer',
    target: 'hub',
    network: 'disconnected',
    expect: {
      outcome: 'fails',
      object: String.raw`registry\.our\.ztp\.lab:5000`,
      condition: 'Reachable',
      reason: 'unreachable',
      message: /connection refused/,
      limitS: 5 * MINUTE_S,
    },
  },
} as const satisfies Readonly<Record<string, FaultRow>>;
