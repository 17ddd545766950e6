import type { Dial, Endpoint } from '../../util/dial.ts';

/** Where the addresses of a rehearsed lab really listen. Names are told apart without case. */
export interface DialTable {
  readonly dial: Dial;
  /** Notes an address that was asked for in another way: an image that was pulled. */
  note(address: Endpoint): void;
  /** `host:port` of all that were asked for, each once. */
  asked(): readonly string[];
  /** `listener`: a place, or how to make one the first time somebody asks. */
  set(address: Endpoint, listener: Endpoint | (() => Promise<Endpoint>)): void;
  remove(address: Endpoint): void;
}

export function createDialTable(): DialTable {
  const entries = new Map<string, () => Promise<Endpoint>>();
  const idOf = ({ host, port }: Endpoint): string => `${host.toLowerCase()}:${port}`;
  const asked = new Set<string>();
  return {
    dial: async (address) => {
      asked.add(idOf(address));
      return entries.get(idOf(address))?.();
    },
    note: (address) => void asked.add(idOf(address)),
    asked: () => [...asked].toSorted(),
    set(address, listener) {
      let made: Promise<Endpoint> | undefined;
      entries.set(idOf(address), () => (made ??= typeof listener === 'function' ? listener() : Promise.resolve(listener)));
    },
    remove: (address) => void entries.delete(idOf(address)),
  };
}
