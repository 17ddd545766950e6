import { realSleep } from '../../../util/clock.ts';
import { badRequest, invalidOptions, StatusError } from '../status-error.ts';
import type { Cause } from '../status-error.ts';
import type { Store } from '../store.ts';

/** How long a request for a version of the future waits for it, in real time. */
const FUTURE_WAIT_MS = 3_000;

/** What a list or watch asks for beside its selectors. */
export interface ListOptions {
  /** Undefined when none is given. */
  readonly version: number | undefined;
  readonly isExact: boolean;
  /** 0 for all. */
  readonly limit: number;
  readonly continueToken: string;
  /** Undefined when not given. */
  readonly sendInitialEvents: boolean | undefined;
  readonly allowBookmarks: boolean;
}

/** @throws StatusError 400 or 422 (ValidateListOptions of apimachinery); 500 for a bad version in a watch. */
export function listOptions(query: URLSearchParams, watching: boolean): ListOptions {
  const given = (key: string): string => query.get(key) ?? '';
  const [resourceVersion, match, continueToken] = [given('resourceVersion'), given('resourceVersionMatch'), given('continue')];
  const initial = given('sendInitialEvents');
  const causes = watching ? watchCauses(match, initial, continueToken) : listCauses(match, resourceVersion, continueToken, initial);
  if (causes.length > 0) throw invalidOptions('ListOptions', ...causes);
  const limit = given('limit');
  if (!/^[-+]?\d*$/.test(limit)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`);
  const hasVersion = !['', '0'].includes(resourceVersion);
  if (hasVersion && continueToken !== '') throw badRequest('specifying resource version is not allowed when using continue');
  if (!/^\d*$/.test(resourceVersion)) throw badVersion(resourceVersion, watching);
  // A limit without a match means exactly that version; of version 0 the limit is ignored.
  const isExact = match === 'Exact' || (match === '' && hasVersion && Number(limit) > 0);
  return {
    version: resourceVersion === '' ? undefined : Number(resourceVersion),
    isExact,
    limit: resourceVersion === '0' ? 0 : Math.max(0, Number(limit)),
    continueToken,
    sendInitialEvents: initial === '' ? undefined : ['1', 'true'].includes(initial),
    allowBookmarks: ['1', 'true'].includes(given('allowWatchBookmarks')),
  };
}

function badVersion(given: string, watching: boolean): StatusError {
  const what = `resourceVersion: Invalid value: ${JSON.stringify(given)}: strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`;
  return watching ? new StatusError(500, '', what) : badRequest(`invalid resource version: ${what}`);
}

const MATCH = 'resourceVersionMatch';
const forbidden = (field: string, why: string): Cause => ({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field });

function unsupportedMatch(match: string, supported: readonly string[]): Cause {
  const shown = supported.map((one) => JSON.stringify(one)).join(', ');
  return { reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(match)}: supported values: ${shown}`, field: MATCH };
}

function listCauses(match: string, version: string, continueToken: string, initial: string): Cause[] {
  const causes: Cause[] = [];
  if (match !== '') {
    if (version === '') causes.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (continueToken !== '') causes.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    if (!['Exact', 'NotOlderThan'].includes(match)) causes.push(unsupportedMatch(match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && version === '0') causes.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (initial !== '') causes.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return causes;
}

function watchCauses(match: string, initial: string, continueToken: string): Cause[] {
  const causes: Cause[] = [];
  if (initial !== '' && match !== 'NotOlderThan') causes.push(forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (match === '') return causes;
  if (initial === '') causes.push(forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  if (match !== 'NotOlderThan') causes.push(unsupportedMatch(match, ['NotOlderThan']));
  if (continueToken !== '') causes.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
  return causes;
}

/** Waits a while for a version of the future. @throws StatusError 504 when it does not come. */
export async function reachVersion(store: Store, version: number): Promise<void> {
  if (version <= store.version()) return;
  const reached = Promise.withResolvers<void>();
  const stop = store.listen((change) => {
    if (change.version >= version) reached.resolve();
  });
  const waited = new AbortController();
  await Promise.race([realSleep(FUTURE_WAIT_MS, waited.signal).catch(() => undefined), reached.promise]);
  waited.abort();
  stop();
  if (version <= store.version()) return;
  const details = { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 };
  throw new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${version}, current: ${store.version()}`, details);
}
