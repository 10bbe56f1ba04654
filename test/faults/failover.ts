import type { LogEntry } from "./clock.ts";
import type { Happened } from "./field.ts";
import type { Seat } from "./seat.ts";

/** How long nobody fired after the leader's death. ms from the kill or the freeze, by the logs. */
export interface FailOver {
  kind: "kill" | "freeze";
  /** Until another clock led. */
  leading: number;
  /** Until its first fire was confirmed: with jobs every second, up to 1 s is waiting for a slot. */
  fire: number;
}

/** Undefined when the round was not about that: its only fault has to be the leader's end. */
export function measureFailOver(
  happened: readonly Happened[],
  seats: readonly Seat[],
): FailOver | undefined {
  const [only, ...others] = happened;
  if (!only || others.length > 0) return undefined;
  const { fault, at } = only;
  if ((fault.kind !== "kill" && fault.kind !== "freeze") || fault.whom !== "leader")
    return undefined;
  const dead = seats.find(({ name }) => name === only.seats[0])!.clocks[0];
  const clocks = seats.flatMap((seat) => seat.clocks).filter((clock) => clock !== dead);
  const heirs = clocks
    .map(({ entries }) => ({ entries, leading: first(entries, "clock.leading", at) }))
    .filter(({ leading }) => leading !== undefined)
    .sort((a, b) => a.leading! - b.leading!);
  const [heir] = heirs;
  const fire = heir && first(heir.entries, "fire.confirmed", at);
  if (fire === undefined) return undefined;
  // A freeze that was over before anybody took over has shown nothing.
  if (fault.kind === "freeze" && heir!.leading! - at > fault.lasts) return undefined;
  return { kind: fault.kind, leading: heir!.leading! - at, fire: fire - at };
}

function first(entries: readonly LogEntry[], event: string, since: number): number | undefined {
  return entries.find((entry) => entry.event === event && entry.at >= since)?.at;
}
