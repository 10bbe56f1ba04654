import type { Kind, Whom } from "./kinds.ts";

/** What can go wrong with clocks on one kind of broker, and how often. */
export interface Menu {
  /** What rounds are made of when nothing is asked for. */
  kinds: readonly Kind[];
  /** What has to be asked for by name, since it cannot be done everywhere. */
  byName: readonly Kind[];
  /** What can be aimed at a slot: it happens in a moment. */
  aimed: readonly Exclude<Kind, "slot">[];
  /** Whom a fault meets: one of these. */
  whom: readonly Whom[];
  hasHeartbeat: boolean;
  /** A clock of which nothing is heard for so long is given up. ms. */
  patience(heartbeat: number): number;
}

export const RABBITMQ_MENU: Menu = {
  kinds: [
    "kill",
    "freeze",
    "term",
    "broker-kill",
    "broker-freeze",
    "reset",
    "hole",
    "delay",
    "one-way",
    "alarm",
    "step",
    "edit",
    "slot",
  ],
  byName: [],
  aimed: ["kill", "freeze", "term", "broker-kill", "reset", "hole", "edit"],
  whom: ["leader", "leader", "leader", "standby", "all"],
  hasHeartbeat: true,
  patience: (heartbeat) => 2000 * heartbeat,
};

/** There is no network, and no server that could die: what is left is the file, and the machine. */
export const SQLITE_MENU: Menu = {
  kinds: ["kill", "freeze", "term", "step", "edit", "lock", "long-read", "slot"],
  // It takes a small file system of its own, which only root can make.
  byName: ["disk-full"],
  aimed: ["kill", "freeze", "term", "edit", "lock"],
  // All at once is as near to a power cut as killing comes.
  whom: ["leader", "leader", "all", "all", "standby"],
  hasHeartbeat: false,
  patience: () => 5000,
};

/** The kinds of a menu by their names; the problem is a sentence. */
export function kindsNamed(names: readonly string[], { kinds, byName }: Menu): Kind[] | string {
  const all = [...kinds, ...byName];
  const found = names.flatMap((name) => all.find((kind) => kind === name) ?? []);
  return found.length < names.length ? `--kinds are some of ${all.join(",")}` : found;
}
