/** A map that keeps the entries used last, for pure results that are costly to hold or to make. */
export interface Lru<V> {
  /** The entry of `key`, made by `make` when it is not kept. */
  get(key: string, make: () => V): V;
}

export function createLru<V>(limit: number): Lru<V> {
  const entries = new Map<string, V>();
  return {
    get(key, make) {
      let value = entries.get(key);
      if (value === undefined) value = make();
      else if (entries.size < limit) return value;
      else entries.delete(key);
      // A Map keeps the order of insertion: the first key is the one unused for longest.
      entries.set(key, value);
      if (entries.size > limit) entries.delete(entries.keys().next().value as string);
      return value;
    },
  };
}
