import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";

/** A package as `package-lock.json` pins it. */
export interface Locked {
  name: string;
  version: string;
  /** `sha512-` and base64, of the packed package. */
  integrity: string;
  license: string | undefined;
}

/** `path`: as in the lockfile, such as `node_modules/yaml`. */
export function lockedPackage(path: string): Locked {
  const found = packages()[path];
  if (!found?.integrity) {
    throw new Error(`package-lock.json does not pin ${path}: run npm install, and commit the file`);
  }
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  return { name, version: found.version, integrity: found.integrity, license: found.license };
}

interface Entry {
  version: string;
  integrity?: string;
  license?: string;
}

function packages(): Partial<Record<string, Entry>> {
  return JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
}
