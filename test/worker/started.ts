import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemTime } from "../../src/clock/time.ts";
import { type Command, type RunningCommand, startCommand } from "../../src/worker/command.ts";
import { temporaryFolder } from "../support/folder.ts";

/** A started command, and what it told about itself so far. */
export interface Started extends RunningCommand {
  pid: number;
  lines: { stream: string; line: string; truncated: boolean }[];
  /** `timeout SIGTERM` and the like. */
  signals: string[];
  /** The standard output's lines. */
  stdout(): string[];
}

/** Starts a real command; without an `env` it has nothing but a PATH. */
export function started(command: Command["command"], options: Partial<Command> = {}): Started {
  const seen = { pid: 0, lines: [] as Started["lines"], signals: [] as string[] };
  const running = startCommand(
    { command, env: { PATH: process.env.PATH ?? "" }, cwd: "/", killAfter: 5000, ...options },
    {
      onStarted(pid) {
        seen.pid = pid;
      },
      onLine: (stream, line, truncated) => seen.lines.push({ stream, line, truncated }),
      onTerminating: (why, signal) => seen.signals.push(`${why} ${signal}`),
    },
    systemTime(),
  );
  // A test that fails must not leave its command behind.
  const killLeft = () => running.kill("drain");
  process.once("exit", killLeft);
  void running.ended.then(() => process.off("exit", killLeft));
  const stdout = () => seen.lines.filter((l) => l.stream === "stdout").map((l) => l.line);
  return Object.assign(seen, running, { stdout });
}

/** A folder with what cannot be executed: a file without the right, a folder, a lost interpreter. */
export function folderOfNoPrograms(): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder("programs");
  const at = (name: string) => join(folder.path, name);
  writeFileSync(at("plain"), "#!/bin/sh\n");
  writeFileSync(at("lost.sh"), "#!/no/such/interpreter\n");
  chmodSync(at("lost.sh"), 0o755);
  mkdirSync(at("sub"));
  return folder;
}

/** False also for a process that has ended but that its parent has not noticed. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
