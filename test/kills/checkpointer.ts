/** Moves the log of writes into the file again and again, as fast as it can: `node checkpointer.ts PATH`. */
import { DatabaseSync } from "node:sqlite";

const [path = ""] = process.argv.slice(2);
const db = new DatabaseSync(path, { timeout: 100 });
const modes = ["PASSIVE", "TRUNCATE", "RESTART"];
process.stdout.write("{}\n");
for (let n = 0; ; n++) {
  try {
    db.exec(`PRAGMA wal_checkpoint(${modes[n % modes.length]})`);
  } catch {
    // Somebody else is at it.
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
