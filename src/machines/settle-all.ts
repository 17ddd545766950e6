export type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

const AT_ONCE = 8;

/** Does `work` for all items, a few at a time, whatever becomes of the others. Rejects only when `signal` is aborted. */
export async function settleAll<Item, T>(items: readonly Item[], work: (item: Item) => Promise<T>, signal: AbortSignal): Promise<Settled<T>[]> {
  const results: Settled<T>[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && !signal.aborted) {
      const index = next++;
      try {
        results[index] = { ok: true, value: await work(items[index]!) };
      } catch (error) {
        results[index] = { ok: false, error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  signal.throwIfAborted();
  return results;
}
