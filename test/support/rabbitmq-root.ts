import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("../../.cache/", import.meta.url));

/**
 * The root folder of a Debian 13 with RabbitMQ 4.0. It is made the first time it is asked for, which
 * takes one to two minutes, needs root, and fetches packages from where this machine gets its own.
 */
export function rabbitmq4Root(): string {
  const root = `${CACHE}rabbitmq-4.0`;
  if (existsSync(root)) return root;
  if (process.getuid?.() !== 0) {
    throw new Error("RabbitMQ 4.0 runs in a folder that only root can make: run the tests as root");
  }
  // Under another name until it is whole, so that a half-made folder is never used.
  const draft = `${root}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  installDebootstrap();
  try {
    // With mounts of its own: what it mounts in the draft is gone when it ends, however it ends.
    run("unshare", [
      "--mount",
      "debootstrap",
      "--variant=minbase",
      "--include=rabbitmq-server",
      "trixie",
      draft,
      debianMirror(),
    ]);
    if (!existsSync(root)) renameSync(draft, root);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return root;
}

function installDebootstrap(): void {
  if (existsSync("/usr/sbin/debootstrap")) return;
  run("apt-get", ["update", "-q"]);
  run("apt-get", ["install", "-q", "-y", "--no-install-recommends", "debootstrap"]);
}

/** The archive that this machine's own packages come from. */
function debianMirror(): string {
  const format = ["--format", "$(REPO_URI)"];
  const wanted = ["Origin: Debian", "Label: Debian", "Component: main"];
  const listed = run("apt-get", ["indextargets", ...format, ...wanted]);
  const first = listed.split("\n").find((line) => line !== "");
  if (first === undefined) throw new Error("apt knows no Debian archive: run apt-get update");
  return first;
}

function run(command: string, args: string[]): string {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    return execFileSync(command, args, {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const { stderr = "", stdout = "" } = error as { stderr?: string; stdout?: string };
    const end = (stdout + stderr).trim().split("\n").slice(-15).join("\n");
    throw new Error(`${command} ${args[0]} failed:\n${end}`);
  }
}
