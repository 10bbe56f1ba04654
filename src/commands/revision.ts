import { spawnSync } from "node:child_process";
import { posix } from "node:path";
import type { ReadFile } from "../config/closing.ts";
import { decode, LARGEST_FILE } from "../config/file.ts";
import type { Problem } from "../config/problem.ts";

/** A file in a revision of git: `main:schedules.yml`, `HEAD~1:./schedules.yml`, `:schedules.yml` (staged). */
export interface Revision {
  /** As written, with its colon. */
  name: string;
  revision: string;
  path: string;
}

/** Undefined when a text names no file in a revision. A colon in braces belongs to the revision. */
export function asRevision(text: string): Revision | undefined {
  let depth = 0;
  for (const [place, sign] of [...text].entries()) {
    if (sign === "{") depth += 1;
    else if (sign === "}") depth -= 1;
    else if (sign === ":" && depth === 0) {
      const [revision, path] = [text.slice(0, place), text.slice(place + 1)];
      return path === "" || revision.startsWith("-") ? undefined : { name: text, revision, path };
    }
  }
  return undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Asks git for the file as it is in the revision, without any filter or program of a checkout. */
export function readRevision(
  { name, revision, path }: Revision,
  environment: Environment,
): { text: string } | Problem {
  const found = show(`${revision}:${path}`, environment);
  if (Buffer.isBuffer(found)) return decode(name, found);
  const { reason, hint } = found;
  const place = { file: name, line: 0, column: 0, level: "error" as const, path: "" };
  return { ...place, code: "CONFIG_REVISION", message: reason, hint };
}

/** Reads what a schedules file in a revision names, from the same revision. */
export function fileBesideRevision(
  { revision, path }: Revision,
  environment: Environment,
): ReadFile {
  return (name) => {
    if (posix.isAbsolute(name)) return { reason: "an absolute path is in no revision" };
    // Git takes `./` for the folder that it is started in: a join would lose it.
    const start = path.startsWith("./") ? "./" : "";
    const beside = start + posix.join(posix.dirname(path), name);
    const found = show(`${revision}:${beside}`, environment);
    if (!Buffer.isBuffer(found)) return found;
    const read = decode(name, found);
    return "text" in read ? read : { reason: read.message };
  };
}

function show(what: string, environment: Environment): Buffer | { reason: string; hint: string } {
  // Not `git show`: that would run the filters which a repository's attributes name.
  const { stdout, stderr, error, status } = spawnSync("git", ["cat-file", "blob", what], {
    env: { ...environment, LC_ALL: "C" },
    maxBuffer: LARGEST_FILE,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status === 0 && !error) return stdout;
  return explain(error as NodeJS.ErrnoException | undefined, String(stderr ?? ""));
}

function explain(
  error: NodeJS.ErrnoException | undefined,
  said: string,
): { reason: string; hint: string } {
  if (error?.code === "ENOENT") {
    const hint = "install git, or give files";
    return { reason: "is no file here, and there is no git to ask for a revision", hint };
  }
  if (error?.code === "ENOBUFS") {
    return { reason: "is larger than 32 MiB", hint: "split it into several files" };
  }
  const words = said
    .replace(/\s+/g, " ")
    .replace(/^fatal: /, "")
    .trim();
  const reason = `is no file here, and git has none: ${words || error?.message || "no answer"}`;
  return { reason, hint: hintFor(words) };
}

function hintFor(words: string): string {
  if (/not a git repository/.test(words)) return "start clockd in the repository, or give files";
  if (/dubious ownership/.test(words)) return "the repository belongs to another user";
  if (/exists on disk|does not exist|exists, but not/.test(words)) {
    return "the path is from the top of the repository; begin it with ./ for the folder here";
  }
  return "is the revision there? In CI a shallow clone lacks it: fetch it first";
}
