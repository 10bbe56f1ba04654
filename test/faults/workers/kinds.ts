/** The place of a worker: 0, 1, 2. */
export type Place = number;

/** What happens to workers, their guards and commands, whatever the broker is. Durations are ms. */
export type WorkerAction =
  /** KILL. `away`: how long until another worker takes the place. */
  | { kind: "worker-kill"; whom: readonly Place[]; away: number }
  /** TERM, and another one is started at once. */
  | { kind: "worker-term"; whom: readonly Place[] }
  | { kind: "worker-freeze"; whom: readonly Place[]; lasts: number }
  | { kind: "guard-kill"; whom: readonly Place[] }
  /** KILL to a command and all of its processes; which one: 0 to 1. */
  | { kind: "command-kill"; which: number }
  /** Of a RabbitMQ and of the network before it. */
  | { kind: "broker-kill"; restart: number }
  | { kind: "reset"; whom: readonly Place[] }
  | { kind: "hole"; whom: readonly Place[]; lasts: number }
  /** Of the embedded broker's file: another program keeps the write lock. */
  | { kind: "lock"; lasts: number };

export type WorkerKind = WorkerAction["kind"];

/** `at`: ms after a whole second of the wall clock. */
export type WorkerFault = { at: number } & WorkerAction;

export const RABBITMQ_KINDS: readonly WorkerKind[] = [
  "worker-kill",
  "worker-term",
  "worker-freeze",
  "guard-kill",
  "command-kill",
  "broker-kill",
  "reset",
  "hole",
];

export const SQLITE_KINDS: readonly WorkerKind[] = [
  "worker-kill",
  "worker-term",
  "worker-freeze",
  "guard-kill",
  "command-kill",
  "lock",
];

/** The kinds by their names; the problem is a sentence. */
export function workerKindsNamed(
  names: readonly string[],
  all: readonly WorkerKind[],
): WorkerKind[] | string {
  const found = names.flatMap((name) => all.find((kind) => kind === name) ?? []);
  return found.length < names.length ? `--kinds are some of ${all.join(",")}` : found;
}

/** A fault in a few words: `worker-freeze b 22.5s`. */
export function workerFaultName(fault: WorkerAction): string {
  const words: string[] = [fault.kind];
  if ("whom" in fault) words.push(fault.whom.map(placeName).join(""));
  if ("lasts" in fault) words.push(seconds(fault.lasts));
  if ("away" in fault) words.push(`(away ${seconds(fault.away)})`);
  if ("restart" in fault) words.push(`(down ${seconds(fault.restart)})`);
  return words.join(" ");
}

export function placeName(place: Place): string {
  return "abc"[place]!;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}
