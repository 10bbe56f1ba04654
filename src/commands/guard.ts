import type { Readable } from "node:stream";
import { guardGroups } from "../worker/guarding.ts";

/** The word on the command line that makes a process a worker's guard. */
export const GUARD = "guard";

/**
 * `clockd guard`: not for people, a worker starts it (`worker/guard.ts`). Resolves when the worker
 * is gone. It must not be ended before that: whoever asks its worker to end waits for its commands,
 * and whoever wants it gone all the same has KILL.
 */
export function guard(lines: Readable): Promise<void> {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
  return guardGroups(lines);
}
