import { readFileSync, realpathSync } from "node:fs";
import type { BrokerProblem } from "./broker.ts";
import { problem } from "./sqlite-problem.ts";

/**
 * File systems that several machines share. SQLite's log of writes needs memory that all its users
 * share (https://sqlite.org/wal.html), so that two machines would each see another database.
 */
const NETWORK =
  /^(nfs\d?|cifs|smb\d?|smbfs|afs|ceph|glusterfs|lustre|gfs2?|ocfs2|beegfs|9p|davfs2?|fuse\.(?!fuseblk|portal|lxcfs|gvfsd|overlay|fuse-overlayfs|bindfs|mergerfs|encfs|gocryptfs|ntfs).+)$/;

/** Refuses a file on a network file system, as far as this operating system says what it is on. */
export function networkProblem(path: string): BrokerProblem | undefined {
  const type = fileSystemOf(realpathSync(path), mounts());
  if (type === undefined || !isNetwork(type)) return undefined;
  const reason = `it is on a network file system (${type}), on which two machines harm each other`;
  return problem("BROKER_NETWORK_FS", `${path}: ${reason}: use a local disk, or RabbitMQ`);
}

export function isNetwork(type: string): boolean {
  return NETWORK.test(type);
}

/** The type of file system of a path by the text of /proc/mounts (proc(5)): the deepest mount wins. */
export function fileSystemOf(path: string, text: string): string | undefined {
  let found: { point: string; type: string } | undefined;
  for (const line of text.split("\n")) {
    const [, escaped, type] = line.split(" ");
    if (escaped === undefined || type === undefined) continue;
    const point = escaped.replace(/\\(\d{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const isIn = path === point || path.startsWith(point === "/" ? "/" : `${point}/`);
    // Of two mounts on one place the later one is seen.
    if (isIn && point.length >= (found?.point.length ?? 0)) found = { point, type };
  }
  return found?.type;
}

/** Empty where there is none, as on macOS and Windows: then nothing is refused. */
function mounts(): string {
  try {
    return readFileSync("/proc/mounts", "utf8");
  } catch {
    return "";
  }
}
