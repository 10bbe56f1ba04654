import { execFileSync } from "node:child_process";

/** The commit that is checked out, `-dirty` behind it when files differ from it; `unknown` without git. */
export function commitOf(root: string): string {
  try {
    const commit = git(root, "rev-parse", "--short=12", "HEAD");
    return git(root, "status", "--porcelain") === "" ? commit : `${commit}-dirty`;
  } catch {
    return "unknown";
  }
}

function git(root: string, ...args: string[]): string {
  // What git has to say about a folder that is no checkout is not for whoever builds.
  const stdio = ["ignore", "pipe", "ignore"] as const;
  return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: [...stdio] }).trim();
}
