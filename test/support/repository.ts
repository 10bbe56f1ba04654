import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./folder.ts";

/** A folder for a repository of git, which `git("init", …)` makes it. */
export interface Repository {
  folder: string;
  /** Writes a file of it; returns its path. */
  write(name: string, text: string): string;
  /** Runs git there, as an author that a bare machine does not know. Throws when it fails. */
  git(...args: string[]): void;
  remove(): void;
}

export function repository(name: string): Repository {
  const { path, remove } = temporaryFolder(name);
  return {
    folder: path,
    write(name, text) {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    git: gitIn(path),
    remove,
  };
}

export function gitIn(folder: string): Repository["git"] {
  const who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"];
  return (...args) => void execFileSync("git", [...who, ...args], { cwd: folder, stdio: "ignore" });
}
