import { existsSync } from "node:fs";
import type { Instant } from "../clock/time.ts";
import { fileBeside } from "../config/beside.ts";
import type { ReadFile } from "../config/closing.ts";
import type { Config } from "../config/config.ts";
import { decode, readConfigFile } from "../config/file.ts";
import { type Loaded, type LoadOptions, loadText } from "../config/load.ts";
import type { Problem } from "../config/problem.ts";
import { refused } from "./read-config.ts";
import type { Refusal } from "./refusal.ts";
import { asRevision, fileBesideRevision, readRevision } from "./revision.ts";

/** What reading a source needs of the process. */
export interface SourceIo {
  environment: Readonly<Record<string, string | undefined>>;
  /** ms UTC */
  now: Instant;
  readStdin(): Promise<Buffer>;
}

/** A good file, with where its parts are. */
export interface Source {
  /** As it is shown. */
  name: string;
  config: Config;
  placeOf: NonNullable<Loaded["placeOf"]>;
}

/**
 * Reads a schedules file: a path, `-` for standard input, or a file in a revision of git such as
 * `main:schedules.yml`. What exists as a file is that file. One with errors is refused, with all of them.
 */
export async function readSource(
  text: string,
  role: LoadOptions["role"],
  io: SourceIo,
): Promise<Source | Refusal> {
  const { environment, now } = io;
  const name = text === "-" ? "<stdin>" : text;
  const { read, readFile } = await open(text, name, io);
  if (!("text" in read)) return refused([read]);
  const loaded = loadText(read.text, {
    ...{ file: name, role, environment, now },
    ...(readFile ? { readFile } : {}),
  });
  const { config, placeOf, problems } = loaded;
  if (config && placeOf) return { name, config, placeOf };
  return refused(problems.filter(({ level }) => level === "error"));
}

interface Opened {
  read: { text: string } | Problem;
  readFile?: ReadFile;
}

async function open(
  text: string,
  name: string,
  { environment, readStdin }: SourceIo,
): Promise<Opened> {
  if (text === "-") return { read: decode(name, await readStdin()) };
  const revision = existsSync(text) ? undefined : asRevision(text);
  if (!revision) return { read: await readNamed(text), readFile: fileBeside(text) };
  return {
    read: readRevision(revision, environment),
    readFile: fileBesideRevision(revision, environment),
  };
}

async function readNamed(text: string): Promise<Opened["read"]> {
  const read = await readConfigFile(text);
  if (!("code" in read) || read.code !== "CONFIG_NOT_FOUND") return read;
  return { ...read, hint: "check the path; a file in git is written as main:schedules.yml" };
}
