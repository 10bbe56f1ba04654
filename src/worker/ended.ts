/** The attempts that have ended in this worker lately. */
export interface EndedAttempts {
  /** `told`: the broker was told. It need not have heard it: the link may have been dead already. */
  add(key: string, told: boolean): void;
  /**
   * True when a message for this attempt asks for nothing more. After the broker was told, only one
   * that it delivers again, or that the clock has flagged, is such a copy: a new one may be
   * somebody's wish to run it anew.
   */
  covers(key: string, isCopy: boolean): boolean;
}

/** Remembers at most `limit`; beyond that the oldest are forgotten. */
export function endedAttempts(limit: number): EndedAttempts {
  const toldOf = new Map<string, boolean>();
  return {
    add(key, told) {
      toldOf.delete(key);
      toldOf.set(key, told);
      if (toldOf.size > limit) toldOf.delete(toldOf.keys().next().value!);
    },
    covers(key, isCopy) {
      const told = toldOf.get(key);
      return told === false || (told === true && isCopy);
    },
  };
}
