import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { getPriority } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Command } from "./command.ts";
import { whyNotStarted } from "./not-started.ts";
import { withPrelude } from "./prelude.ts";
import { type PreludeEar, preludeEar } from "./prelude-fault.ts";

/** A process with open pipes for its output. */
export interface Spawned {
  child: ChildProcess;
  pid: number;
  /** Present when a prelude goes before the command. */
  ear?: PreludeEar;
}

const USUAL_SHELL = ["/bin/sh", "-c"];

/** Starts a process in a group of its own, or says why not. */
export function spawnCommand(command: Command): Spawned | { whyNot: Promise<string> } {
  const { confinement, refused, env } = command;
  if (refused !== undefined) return notSpawned(refused);
  const plain = { argv: argvOf(command), env };
  if (!confinement) return spawnPlainly(plain, command);
  const mark = `clockd-${randomUUID()}`;
  const whole = withPrelude(plain, confinement, { mark, ownNice: getPriority() });
  if (typeof whole === "string") return notSpawned(whole);
  const spawned = spawnPlainly(whole, command);
  return "whyNot" in spawned ? spawned : { ...spawned, ear: preludeEar(mark, command) };
}

function argvOf({ command, shell = USUAL_SHELL }: Command): readonly string[] {
  return typeof command === "string" ? [...shell, command] : command;
}

/** Some refusals of the system are thrown, others come as an event of a child without a pid. */
function spawnPlainly(
  { argv, env }: { argv: readonly string[]; env: Command["env"] },
  command: Command,
): Spawned | { whyNot: Promise<string> } {
  const { cwd, input } = command;
  const [program = "", ...args] = argv;
  const why = (error: Error) => whyNotStarted(error, command);
  try {
    const child = spawn(program, args, {
      cwd,
      env,
      detached: true,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    if (child.pid !== undefined) return { child, pid: child.pid };
    return { whyNot: once(child, "error").then(([error]) => why(error)) };
  } catch (error) {
    return notSpawned(why(error as Error));
  }
}

/** Not at once: an end in the very turn of its delivery would come before its link is known. */
function notSpawned(reason: string): { whyNot: Promise<string> } {
  return { whyNot: nextTurn(reason) };
}
