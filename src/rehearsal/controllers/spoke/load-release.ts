import type { KubeClient } from '../../../kube/kube-client.ts';
import type { Condition } from '../../../kube/objects.ts';
import { ADMIN_ACKS, ADMIN_GATES } from './kinds.ts';

/** What a ClusterVersion asks for. */
export interface WantedUpdate {
  readonly version: string;
  readonly image: string;
  readonly force: boolean;
}

type Verdict = Omit<Condition, 'lastTransitionTime'>;

/** `spec.desiredUpdate`, or nothing. The version of an image that is named by digest alone is in the image, which nobody has here. */
export function wantedUpdate(spec: unknown): WantedUpdate | undefined {
  const { desiredUpdate } = (spec ?? {}) as { readonly desiredUpdate?: { readonly version?: string; readonly image?: string; readonly force?: boolean } };
  if (desiredUpdate === undefined) return undefined;
  const { image = '', force = false, version = /:v?(\d+\.\d+\.\d+[^:/@]*?)(?:-(?:x86_64|aarch64|multi))?$/.exec(image)?.[1] ?? '' } = desiredUpdate;
  return version === '' && image === '' ? undefined : { version, image, force };
}

export function loading({ version, image }: WantedUpdate): Verdict {
  return accepted('Unknown', 'RetrievePayload', `Retrieving and verifying payload version="${version}" image="${image}"`);
}

/** What the cluster-version operator makes of a release it was asked for: taken or refused, in its own words. */
export async function judgeRelease(
  kube: KubeClient,
  current: string,
  wanted: WantedUpdate,
  refused: boolean,
  signal: AbortSignal,
): Promise<{ readonly verdict: Verdict; readonly upgradeable?: Verdict }> {
  const { version, image, force } = wanted;
  const digest = /sha256:[0-9a-f]+$/.exec(image)?.[0];
  const failed = (failure: string): Verdict =>
    accepted('False', 'RetrievePayload', `Retrieving payload failed version="${version}" image="${image}" failure=The update cannot be verified: ${failure}`);
  if (version === '') return { verdict: failed('the rehearsed registry has no such image') };
  if (!force && image !== '' && digest === undefined) return { verdict: failed('release images that are not accessed via digest cannot be verified') };
  if (!force && refused) return { verdict: failed(`unable to verify ${digest ?? image} against keyrings: verifier-public-key-redhat`) };
  const gate = force ? undefined : await openGate(kube, current, version, signal);
  if (gate !== undefined) {
    const why = `failed because of "AdminAckRequired": ${gate}`;
    const message = `Preconditions failed for payload loaded version="${version}" image="${image}": Precondition "ClusterVersionUpgradeable" ${why}`;
    return {
      verdict: accepted('False', 'PreconditionChecks', message),
      upgradeable: { type: 'Upgradeable', status: 'False', reason: 'AdminAckRequired', message: gate },
    };
  }
  return { verdict: accepted('True', 'PayloadLoaded', `Payload loaded version="${version}" image="${image}" architecture="amd64"`) };
}

/** The message of a gate to the next minor version that nobody has acknowledged. */
async function openGate(kube: KubeClient, current: string, version: string, signal: AbortSignal): Promise<string | undefined> {
  const minor = (text: string): string => text.split('.').slice(0, 2).join('.');
  if (minor(current) === minor(version)) return undefined;
  const data = async (ref: typeof ADMIN_ACKS | typeof ADMIN_GATES): Promise<Readonly<Record<string, string>>> =>
    ((await kube.get(ref, signal))?.['data'] ?? {}) as Readonly<Record<string, string>>;
  const acks = await data(ADMIN_ACKS);
  const open = Object.entries(await data(ADMIN_GATES)).find(([gate]) => gate.startsWith(`ack-${minor(current)}-`) && acks[gate] !== 'true');
  return open?.[1];
}

function accepted(status: Condition['status'], reason: string, message: string): Verdict {
  return { type: 'ReleaseAccepted', status, reason, message };
}
