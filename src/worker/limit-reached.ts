import type { Limits } from "../config/config.ts";
import { limitText } from "./prelude-fault.ts";

interface End {
  ok: boolean;
  exitCode: number | null;
  signal: string | null;
  tail: string;
}

/** 128 + SIGXCPU: how a shell ends whose command that signal has ended. */
const XCPU_CODE = 152;

/** What programs say when there is no more. */
const SAYINGS = {
  memory:
    /(cannot|failed to) allocate memory|out of memory|memory exhausted|MemoryError|OutOfMemoryError|bad_alloc|ENOMEM/i,
  open_files: /too many open files|EMFILE/i,
};

/**
 * A sentence when a command that failed looks as if one of its limits had been the reason. Only a
 * signal is a proof; for the others it tells what the command itself has said.
 */
export function limitReached(
  limits: Limits,
  { ok, exitCode, signal, tail }: End,
): string | undefined {
  if (ok) return undefined;
  const of = (what: string) => `limits.${what} is ${limitText(what, limits)}`;
  if (limits.cpu !== undefined && (signal === "SIGXCPU" || exitCode === XCPU_CODE)) {
    return `it used up its processor time: ${of("cpu")}`;
  }
  const said = (what: keyof typeof SAYINGS) => SAYINGS[what].exec(tail)?.[0];
  if (limits.memory !== undefined && said("memory")) {
    return `its output says "${said("memory")}": ${of("memory")}`;
  }
  if (limits.openFiles !== undefined && said("open_files")) {
    return `its output says "${said("open_files")}": ${of("open_files")}`;
  }
  return undefined;
}
