import { nearest } from "../config/nearest.ts";
import { EXIT } from "./host.ts";

/** Why a command cannot do what was asked: lines for standard error, and an exit code. */
export interface Refusal {
  code: number;
  message: string;
}

export function isRefusal(value: object): value is Refusal {
  return "code" in value && typeof value.code === "number" && "message" in value;
}

/** A command line that cannot be understood. */
export function usage(message: string): Refusal {
  return { code: EXIT.usage, message: `clockd: ${message}\nTry: clockd --help\n` };
}

/** ` (did you mean reports?)`, or nothing. */
export function meantHint(word: string, known: Iterable<string>): string {
  const meant = nearest(word, [...known]);
  return meant === undefined ? "" : ` (did you mean ${meant}?)`;
}
