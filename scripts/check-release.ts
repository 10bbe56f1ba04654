/**
 * `npm run check:release`: makes a release twice, which must be the same bytes, and tries what it can of
 * it. Says of each file whether it was run or only looked at. Exits with 1 when something is wrong.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../test/support/folder.ts";
import { ROOT } from "./build/bundle.ts";
import { makeRelease, releaseFile, SUMS } from "./build/release.ts";
import { TARGETS, type Target } from "./build/targets.ts";
import { faultsWhenRun, runnerFor } from "./release/run.ts";
import { faultsOf, isSigned } from "./release/structure.ts";

const folder = join(ROOT, "dist/release");
const again = temporaryFolder("release-again");
await makeRelease(folder, (line) => console.log(`first build: ${line}`));
await makeRelease(again.path, (line) => console.log(`second build: ${line}`));
const faults = [...differences(), ...TARGETS.flatMap(tryOut)];
again.remove();
for (const fault of faults) console.error(`clockd: ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** The sums are of every file. */
function differences(): string[] {
  const [first, second] = [folder, again.path].map((path) =>
    readFileSync(join(path, SUMS), "utf8").split("\n"),
  ) as [string[], string[]];
  const different = first.filter((line) => !second.includes(line));
  if (different.length === 0) console.log("two builds: the same bytes");
  return different.map((line) => `two builds differ in ${line.split(/\s+/)[1]}`);
}

function tryOut(target: Target): string[] {
  const file = releaseFile(target);
  const path = join(folder, file);
  const runner = runnerFor(target);
  const found = runner ? faultsWhenRun(runner, path) : faultsOf(readFileSync(path), target);
  const how = runner ? ["run", ...runner.slice(0, 1)].join(" under ") : "looked at, not run";
  console.log(`${file}: ${found.length > 0 ? "bad" : "good"} (${how}${signature(path, target)})`);
  return found.map((fault) => `${file}: ${fault}`);
}

function signature(path: string, { platform }: Target): string {
  if (platform !== "darwin") return "";
  return isSigned(readFileSync(path)) ? ", signed" : ", not signed";
}
