import type { Instant } from "../clock/time.ts";
import { type Zone, zoneNamed } from "../schedule/zone.ts";
import { MOMENT_FORMS, readMoment } from "./moment.ts";
import { type Refusal, usage } from "./refusal.ts";

/** What a command that only shows schedules sees of the process. */
export interface ShowIo {
  out(text: string): void;
  err(text: string): void;
  environment: Readonly<Record<string, string | undefined>>;
  isTerminal: boolean;
  /** ms UTC */
  now: Instant;
}

export function isColored({
  isTerminal,
  environment,
}: Pick<ShowIo, "isTerminal" | "environment">): boolean {
  return isTerminal && !environment.NO_COLOR;
}

/** Says why, and gives the exit code. */
export function refuse({ code, message }: Refusal, { err }: Pick<ShowIo, "err">): number {
  err(message);
  return code;
}

/** The zone that moments on the command line are local in. */
export function readZone(name = "UTC"): Zone | Refusal {
  const hint = "use an IANA name such as Europe/Berlin or UTC";
  return zoneNamed(name) ?? usage(`--timezone: "${name}" is not a time zone (${hint})`);
}

/** A flag that is a moment. */
export function readFlag(
  flag: string,
  text: string,
  at: Parameters<typeof readMoment>[1],
): Instant | Refusal {
  return readMoment(text, at) ?? usage(`${flag} takes ${MOMENT_FORMS}, got "${text}"`);
}
