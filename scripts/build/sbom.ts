import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { baseNode } from "./base-node.ts";
import { type Locked, lockedPackage } from "./lockfile.ts";
import type { Parts } from "./parts.ts";
import type { Target } from "./targets.ts";

/**
 * What the executables are made of, as CycloneDX 1.6: exactly the packages of which something was
 * bundled, as the lockfile pins them, and the Node of each target. No time and no number of its own:
 * the same commit gives the same list.
 */
export function billOfMaterials(version: string, parts: Parts, targets: readonly Target[]): string {
  const own = { type: "application", name: "clockd", version, "bom-ref": "clockd" };
  const libraries = bundledPackages(parts).map((path) => libraryOf(lockedPackage(path)));
  const nodes = targets.map(nodeOf);
  const components = unique([...libraries, ...nodes]);
  const dependsOn = components.map((component) => component["bom-ref"]);
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: own },
    components,
    dependencies: [{ ref: "clockd", dependsOn }],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/** Paths as in the lockfile, sorted. */
function bundledPackages({ main, cli }: Parts): string[] {
  const inputs = [main, cli].flatMap(({ metafile }) =>
    Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
        bytesInOutput > 0 ? path : [],
      ),
    ),
  );
  const packages = inputs.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []);
  return [...new Set(packages)].sort();
}

/** The innermost package that a file is in. */
const PACKAGE = /^.*node_modules\/(@[^/]+\/)?[^/]+/;

function libraryOf(locked: Locked) {
  return { type: "library", ...named(locked), hashes: [packedHash(locked)] };
}

function nodeOf(target: Target) {
  const { path, locked } = baseNode(target);
  const content = createHash("sha256").update(readFileSync(path)).digest("hex");
  const properties = [{ name: "clockd:node-binary:sha256", value: content }];
  const description = `Node.js for ${target.name}; its symbols are taken out where it is for Linux`;
  return {
    type: "library",
    ...named(locked),
    description,
    hashes: [packedHash(locked)],
    properties,
  };
}

function named({ name, version, license }: Locked) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  // A licence is one identifier, or an expression of several.
  const choice =
    license && (/[ ()]/.test(license) ? { expression: license } : { license: { id: license } });
  return { name, version, purl, "bom-ref": purl, ...(choice ? { licenses: [choice] } : {}) };
}

function packedHash({ integrity }: Locked) {
  const content = Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex");
  return { alg: "SHA-512", content };
}

function unique<T extends { "bom-ref": string }>(components: T[]): T[] {
  return [...new Map(components.map((component) => [component["bom-ref"], component])).values()];
}
