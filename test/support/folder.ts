import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A new empty folder, by its real path. It is removed by `remove`, and at the latest when the
 * process exits.
 */
export function temporaryFolder(name = "test"): { path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `clockd-${name}-`)));
  const remove = () => {
    process.off("exit", remove);
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on("exit", remove);
  return { path, remove };
}
