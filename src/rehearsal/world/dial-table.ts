import type { Dial, Endpoint } from '../../util/dial.ts';

/** Where the addresses of a rehearsed lab really listen. Names are told apart without case. */
export interface DialTable {
  readonly dial: Dial;
  /** `listener`: a place, or how to make one the first time somebody asks. */
  set(address: Endpoint, listener: Endpoint | (() => Promise<Endpoint>)): void;
  remove(address: Endpoint): void;
}

export function createDialTable(): DialTable {
  const entries = new Map<string, () => Promise<Endpoint>>();
  const idOf = ({ host, port }: Endpoint): string => `${host.toLowerCase()}:${port}`;
  return {
    dial: async (address) => entries.get(idOf(address))?.(),
    set(address, listener) {
      let made: Promise<Endpoint> | undefined;
      entries.set(idOf(address), () => (made ??= typeof listener === 'function' ? listener() : Promise.resolve(listener)));
    },
    remove: (address) => void entries.delete(idOf(address)),
  };
}
