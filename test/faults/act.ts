import { until } from "../support/until.ts";
import type { ClockProcess } from "./clock.ts";
import { type Field, type Happened, pause, targets } from "./field.ts";
import type { Fault } from "./kinds.ts";
import type { Seat } from "./seat.ts";

/** Longer than the ten seconds that a clock allows itself, and a frozen broker beside it. ms. */
const STOPS_WITHIN_MS = 25_000;
const STARTED_WITHIN_MS = 90_000;

/**
 * Makes a fault happen, from its beginning to its end: what was broken is whole again when it
 * resolves. Rejects when it could not be made to happen.
 */
export async function act(fault: Fault, field: Field): Promise<Happened> {
  const happened: Happened = { fault, at: 0, seats: [], over: 0 };
  const begun = (seats: readonly Seat[] = []) => {
    happened.at = Date.now();
    happened.seats = seats.map(({ name }) => name);
  };
  await perform(fault, field, begun);
  if (happened.at === 0) throw new Error(`${fault.kind} did not happen`);
  happened.over = Date.now();
  return happened;
}

type Begun = (seats?: readonly Seat[]) => void;

async function perform(fault: Fault, field: Field, begun: Begun): Promise<void> {
  if (fault.kind === "edit") {
    field.edit();
    return begun();
  }
  const seats = "whom" in fault ? await targets(field, fault.whom) : [];
  switch (fault.kind) {
    case "kill":
    case "term":
      return end(fault, seats, field, begun);
    case "freeze":
      return freeze(fault.lasts, seats, field, begun);
    case "step":
      begun(seats);
      return step(fault.by, seats);
  }
  const happening = {
    seats,
    begun: () => begun(seats),
    pause: (ms: number) => pause(ms, field),
  };
  return field.plot.suffer(fault, happening);
}

async function end(
  { kind, restart }: Fault & { kind: "kill" | "term" },
  seats: Seat[],
  field: Field,
  begun: Begun,
): Promise<void> {
  const clocks = seats.map(({ clock }) => clock!);
  // Before that, TERM ends any program as KILL does.
  const started = () => clocks.every(({ entries, isRunning }) => entries.length > 0 || !isRunning);
  if (kind === "term") await until(started, STARTED_WITHIN_MS, "a clock to have started");
  begun(seats);
  for (const clock of clocks) tell(clock, kind);
  await Promise.all(clocks.map(ended));
  await pause(restart, field);
  for (const seat of seats) seat.start();
}

/** Tells a clock to end, and remembers that it was told. */
export function tell(clock: ClockProcess, how: "kill" | "term"): void {
  clock.told.push(how);
  clock.signal(how === "kill" ? "SIGKILL" : "SIGTERM");
}

/** Resolves when a clock that was told to end has ended; kills it when that takes too long. */
export async function ended(clock: ClockProcess): Promise<void> {
  const timer = setTimeout(() => {
    clock.told.length = 0; // that was not its own end: the round has failed
    clock.signal("SIGKILL");
  }, STOPS_WITHIN_MS);
  await clock.exited.finally(() => clearTimeout(timer));
}

async function freeze(lasts: number, seats: Seat[], field: Field, begun: Begun): Promise<void> {
  const clocks = seats.map(({ clock }) => clock!);
  begun(seats);
  try {
    await Promise.all(clocks.map((clock) => clock.freeze()));
    await pause(lasts, field);
  } finally {
    for (const clock of clocks) clock.signal("SIGCONT");
  }
}

async function step(by: number, seats: Seat[]): Promise<void> {
  await Promise.all(seats.map((seat) => seat.setOffset(seat.offset + by)));
}
