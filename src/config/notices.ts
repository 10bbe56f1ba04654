import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";

/** What the system says about a folder: that something in it changed. May be missing or false. */
export interface FolderNotices {
  /** From when this resolves on, a change in the folder that is there now gives a notice. */
  listen(): Promise<void>;
  /** Resolves at a notice (at once if there was one since the last), after `ms`, or when aborted. */
  notice(ms: number): Promise<void>;
}

/** Listens until `signal` is aborted. Nothing fails: where there are no notices, none come. */
export function folderNotices(folder: string, signal: AbortSignal): FolderNotices {
  let watcher: FSWatcher | undefined;
  let watched = "";
  let noticed = false;
  let wake = () => {};
  const close = () => {
    watcher?.close();
    watcher = undefined;
  };
  const onEvent = () => {
    noticed = true;
    wake();
  };
  signal.addEventListener("abort", close, { once: true });
  return {
    // A watch stays with the folder that it was made for: it is made again for a new one.
    async listen(): Promise<void> {
      const identity = await folderIdentity(folder);
      if ((identity === watched && watcher !== undefined) || signal.aborted) return;
      close();
      watched = identity;
      try {
        watcher = watch(folder, onEvent).on("error", close);
      } catch {
        // no such folder, or the system has no more watches to give
      }
    },
    async notice(ms: number): Promise<void> {
      if (!noticed) await delay(ms, signal, (end) => (wake = end));
      noticed = false;
    },
  };
}

async function folderIdentity(folder: string): Promise<string> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return "";
  }
}

/** Resolves after `ms`, when aborted, or when what `early` was given is called. */
export function delay(
  ms: number,
  signal: AbortSignal,
  early?: (end: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    early?.(end);
  });
}
