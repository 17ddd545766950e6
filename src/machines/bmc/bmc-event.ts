/** One call to a machine's BMC, once it is answered; a slow one twice, at its 202 and when it has ended. */
export interface BmcEvent {
  /** undefined when the call named none of the lab. */
  readonly machine: string | undefined;
  /** `reset ForceOff`, `insert http://host/…/disc.iso`, `boot Cd Once`, `read VirtualMedia/Cd`. */
  readonly what: string;
  /** False for a read. */
  readonly changes: boolean;
  /** The step that asked; null when the caller does not say. */
  readonly cause: string | null;
  /** Address of the caller. */
  readonly client: string;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly tookMs: number;
  /** Why it was not done. */
  readonly error: string | undefined;
}

/** A call in few words. `rest` is the path below the machine's; `body` what it sent, as far as it was read. */
export function describeCall(method: string, rest: string, body: unknown): string {
  if (method === 'GET' || method === 'HEAD') return `read ${rest || 'power and boot'}`;
  const sent = body as { ResetType?: unknown; Image?: unknown; Boot?: { BootSourceOverrideTarget?: unknown; BootSourceOverrideEnabled?: unknown } } | undefined;
  if (rest.endsWith('ComputerSystem.Reset')) return `reset ${word(sent?.ResetType)}`;
  if (rest.endsWith('VirtualMedia.InsertMedia')) return `insert ${shortUrl(sent?.Image)}`;
  if (rest.endsWith('VirtualMedia.EjectMedia')) return 'eject';
  if (method === 'PATCH' && rest === '') return `boot ${word(sent?.Boot?.BootSourceOverrideTarget)} ${word(sent?.Boot?.BootSourceOverrideEnabled)}`;
  return `${method} ${rest}`;
}

/** An event as a line of a log. */
export function bmcLine({ machine, what, client, status, tookMs, error }: BmcEvent): string {
  const outcome = status === 202 ? 'goes on' : error === undefined ? 'done' : `refused with ${status}, ${error}`;
  return `BMC of ${machine ?? 'no machine'}: ${what} from ${client}: ${outcome} (${Math.round(tookMs)} ms)`;
}

/** URLs of images carry tokens, in the path too: of those only the last part is told. */
function shortUrl(url: unknown): string {
  if (typeof url !== 'string' || !URL.canParse(url)) return 'nothing';
  const { origin, pathname } = new URL(url);
  const parts = pathname.split('/').filter(Boolean);
  return `${origin}/${parts.length > 1 ? '…/' : ''}${parts.at(-1) ?? ''}`;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 40) : '-';
}
