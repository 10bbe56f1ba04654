import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

/**
 * `npm run build:npm [-- --folder PATH]`: the package for `npm install -g`, as a tarball. It holds the
 * bundle, so that it depends on nothing; the Node that the project brings for itself is not forced on anybody.
 */
const root = join(import.meta.dirname, "..");
const { folder } = parseArgs({
  options: { folder: { type: "string", default: join(root, "dist") } },
}).values;

const staging = join(folder, "npm");
rmSync(staging, { recursive: true, force: true });
mkdirSync(staging, { recursive: true });
const bundle = ["scripts/build.ts", "--outfile", join(staging, "bundle.cjs")];
execFileSync(process.execPath, bundle, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
cpSync(join(root, "packaging/npm/clockd.cjs"), join(staging, "clockd.cjs"));
chmodSync(join(staging, "clockd.cjs"), 0o755);
const copied = ["schema/schedules.schema.json", "schedules.example.yml"];
for (const path of [...copied, "README.md", "CHANGELOG.md", "LICENSE"]) {
  cpSync(join(root, path), join(staging, path));
}
const { name, version, description, license, engines } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const trimmed = {
  ...{ name, version, description, license },
  bin: { clockd: "clockd.cjs" },
  files: ["clockd.cjs", "bundle.cjs", "CHANGELOG.md", ...copied],
  engines,
};
writeFileSync(join(staging, "package.json"), `${JSON.stringify(trimmed, undefined, 2)}\n`);
const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
  cwd: staging,
  encoding: "utf8",
});
console.log(join(folder, packed.trim()));
