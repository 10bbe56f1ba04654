import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A fenced block of a page: ` ```LANGUAGE MARKS… `. */
export interface Block {
  /** `docs/time.md:42`, the line of the fence. */
  where: string;
  language: string;
  /** What the page says of it to the tests: `elsewhere`, `job`, … Readers do not see it. */
  marks: readonly string[];
  text: string;
}

export const ROOT = join(import.meta.dirname, "../..");

/** The pages that people read, relative to the project's folder. */
export function pages(): string[] {
  return globSync(["README.md", "CONTRIBUTING.md", "docs/*.md"], { cwd: ROOT }).sort();
}

export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** All blocks of all pages, in order. */
export function blocks(): Block[] {
  return pages().flatMap((page) => blocksOf(page, textOf(page)));
}

function blocksOf(page: string, text: string): Block[] {
  const found: Block[] = [];
  for (const match of text.matchAll(/^( *)```(\S+)(.*)\n([\s\S]*?)^\1```$/gm)) {
    const [, indent = "", language = "", marks = "", body = ""] = match;
    const line = text.slice(0, match.index).split("\n").length;
    found.push({
      where: `${page}:${line}`,
      language,
      marks: marks.split(/\s+/).filter(Boolean),
      text: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    });
  }
  return found;
}
