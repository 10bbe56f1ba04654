import { readFileSync } from "node:fs";
import type { BrokerProblem } from "./broker.ts";
import { problem } from "./sqlite-problem.ts";

/**
 * File systems that several machines share. SQLite's log of writes needs memory that all its users
 * share (https://sqlite.org/wal.html), so that two machines would each see another database.
 */
const NETWORK =
  /^(nfs\d?|cifs|smb\d?|smbfs|afs|ceph|glusterfs|lustre|gfs2?|ocfs2|beegfs|9p|davfs2?|gpfs|coda|orangefs|pvfs2|wekafs|vmhgfs|vboxsf|prl_fs)$/;

/** Most file systems in user space are a server's, or nobody knows; these are layers over a local disk. */
const LOCAL_FUSE =
  /^fuse\.(ntfs(-3g)?|exfat|ext2|(fuse-)?overlayfs|overlay|unionfs|bindfs|mergerfs|encfs|gocryptfs|cryfs|securefs)$/;

/** Refuses a file (by its real path) on a network file system, as far as the system says what it is on. */
export function networkProblem(path: string): BrokerProblem | undefined {
  return problemOfMount(path, mountOf(path, mounts()));
}

export function problemOfMount(path: string, mount: Mount | undefined): BrokerProblem | undefined {
  if (!mount) return undefined;
  if (isNetwork(mount.type)) {
    const reason = `it is on a network file system (${mount.type}), on which two machines harm each other`;
    return problem("BROKER_NETWORK_FS", `${path}: ${reason}: use a local disk, or RabbitMQ`);
  }
  if (mount.point === path) {
    const reason = "it is mounted alone, so that each container has its own PATH-wal beside it";
    return problem("BROKER_FILE", `${path}: ${reason}: mount its folder`);
  }
  return undefined;
}

export function isNetwork(type: string): boolean {
  return NETWORK.test(type) || type === "fuse" || (/^fuse\./.test(type) && !LOCAL_FUSE.test(type));
}

interface Mount {
  point: string;
  type: string;
}

/** The mount of a path by the text of /proc/mounts (proc(5)): the deepest one wins. */
export function mountOf(path: string, text: string): Mount | undefined {
  let found: Mount | undefined;
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
  return found;
}

/** Empty where there is none, as on macOS and Windows: then nothing is refused. */
function mounts(): string {
  try {
    return readFileSync("/proc/mounts", "utf8");
  } catch {
    return "";
  }
}
