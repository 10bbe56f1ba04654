import { execFileSync } from "node:child_process";
import { temporaryFolder } from "../support/folder.ts";

/** More than a round writes, and little enough to be filled in a moment. */
const SIZE = "24m";

/**
 * A folder that is a file system of its own, in memory, so that it can be full without harm to
 * anybody else. It is taken away by `remove`, and at the latest when this process exits.
 */
export function smallDisk(): { path: string; remove(): void } {
  if (process.getuid?.() !== 0) {
    throw new Error("disk-full needs a file system of its own, which only root can make");
  }
  const folder = temporaryFolder("faults-disk");
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "clockd-faults", folder.path]);
  const remove = () => {
    process.off("exit", remove);
    execFileSync("umount", [folder.path]);
    folder.remove();
  };
  // Before the folder's own removal, which could not remove what is mounted.
  process.prependListener("exit", remove);
  return { path: folder.path, remove };
}
