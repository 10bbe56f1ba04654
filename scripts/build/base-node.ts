import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";
import { type Locked, lockedPackage } from "./lockfile.ts";
import { isOwn, type Target } from "./targets.ts";

/**
 * The Node that an executable for a target is made of: the very package that the lockfile pins. For
 * this machine `npm ci` has installed it; for others npm fetches it once, into `.cache`.
 */
export function baseNode(target: Target): { path: string; locked: Locked } {
  const locked = lockedPackage(`node_modules/${target.nodePackage}`);
  const installed = join(ROOT, "node_modules", target.nodePackage, target.node);
  if (isOwn(target) && existsSync(installed)) return { path: installed, locked };
  const folder = join(ROOT, ".cache/node", `${locked.name}-${locked.version}`);
  if (!existsSync(folder)) fetchPackage(locked, folder);
  return { path: join(folder, "package", target.node), locked };
}

function fetchPackage(locked: Locked, folder: string): void {
  const { name, version } = locked;
  const half = `${folder}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  console.log(`fetching ${name} ${version} with npm (some 50 MB, once)`);
  const cache = join(ROOT, ".cache/npm");
  const args = [
    "pack",
    `${name}@${version}`,
    "--pack-destination",
    half,
    "--cache",
    cache,
    "--silent",
  ];
  try {
    execFileSync("npm", args, { cwd: half, stdio: ["ignore", "ignore", "inherit"] });
  } catch {
    throw new Error(`npm cannot fetch ${name}@${version}: see above; is the registry reachable?`);
  }
  const packed = join(half, `${name}-${version}.tgz`);
  checkIntegrity(packed, locked);
  execFileSync("tar", ["-xzf", packed, "-C", half]);
  rmSync(packed);
  // Only now it has its name: a half-made folder is never taken for a whole one.
  renameSync(half, folder);
}

function checkIntegrity(packed: string, { name, version, integrity }: Locked): void {
  const found = `sha512-${createHash("sha512").update(readFileSync(packed)).digest("base64")}`;
  if (found === integrity) return;
  throw new Error(
    `${name}@${version} is not what package-lock.json pins: ${found} instead of ${integrity}. Do not use it; find out where it comes from`,
  );
}
