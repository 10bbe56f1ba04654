import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { makeExecutable } from "./executable.ts";
import { makeParts } from "./parts.ts";
import { billOfMaterials } from "./sbom.ts";
import { fileName, TARGETS, type Target } from "./targets.ts";

/** Makes all files of a release in `folder`, which is emptied first. `told` says what is done. */
export async function makeRelease(folder: string, told: (line: string) => void): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  told("bundling");
  const parts = await makeParts();
  for (const [index, target] of TARGETS.entries()) {
    const file = releaseFile(target);
    told(`${index + 1} of ${TARGETS.length}: ${file}`);
    makeExecutable(target, parts, join(folder, file));
  }
  told("listing the parts, and the sums");
  const { version } = packageJson;
  writeFileSync(join(folder, SBOM), billOfMaterials(version, parts, TARGETS));
  const sums = [...TARGETS.map(releaseFile), SBOM].map(
    (file) => `${sha256(folder, file)}  ${file}\n`,
  );
  writeFileSync(join(folder, SUMS), sums.join(""));
}

/** `clockd-0.1.0-linux-x64` */
export function releaseFile(target: Target): string {
  return fileName(`clockd-${packageJson.version}-${target.name}`, target);
}

const SBOM = `clockd-${packageJson.version}.cdx.json`;
/** As `sha256sum --check` reads it. */
export const SUMS = "SHA256SUMS";

function sha256(folder: string, file: string): string {
  return createHash("sha256")
    .update(readFileSync(join(folder, file)))
    .digest("hex");
}
