import { isDeepStrictEqual } from "node:util";
import { placeFindings } from "../config/finding.ts";
import { createLookup } from "../config/lookup.ts";
import type { Problem } from "../config/problem.ts";
import { createTree, type Tree } from "../config/tree.ts";
import { parseYaml } from "../config/yaml.ts";
import { commentsOf } from "./comments.ts";
import { applyStyle } from "./style.ts";

/** A text in clockd's style, or what is wrong with it. */
export type Formatted = { text: string } | { problems: Problem[] };

/** After so many rounds a text that still changes is left alone. */
const ROUNDS = 4;

/**
 * Writes a schedules file's text in one style. Its meaning and its comments are the same afterwards: both are
 * compared, and a text that would lose any is a problem. Doing it again changes nothing.
 */
export function formatText(text: string, file: string): Formatted {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const before = read(source);
  if ("locate" in before) {
    return { problems: placeFindings(before.findings, file, source, before.locate) };
  }
  let [last, next] = ["", source];
  for (let round = 0; last !== next; round++) {
    if (round === ROUNDS) return { problems: [cannot(file, "it does not come to rest")] };
    last = next;
    next = restyle(last);
  }
  const after = read(next);
  if ("locate" in after || !isDeepStrictEqual(meaningOf(after), meaningOf(before))) {
    return { problems: [cannot(file, "its meaning would change")] };
  }
  if (!isDeepStrictEqual(commentsOf(next), commentsOf(source))) {
    return { problems: [cannot(file, "a comment would be lost or moved past another")] };
  }
  return { text: withBreaksOf(source, next) };
}

function restyle(text: string): string {
  const parsed = parseYaml(text);
  if (!("document" in parsed)) return text;
  return applyStyle(parsed.document, text);
}

/** What the file says, or what makes it unfit to be written anew: also duplicate keys and the like. */
function read(text: string) {
  const parsed = parseYaml(text);
  if ("findings" in parsed) return { findings: parsed.findings, locate: () => 0 };
  const { contents } = parsed.document;
  const tree = createTree().finish(contents);
  if (tree.findings.length === 0) return tree;
  return { findings: tree.findings, locate: createLookup(contents, tree.targets) };
}

/** With the order of keys, and with numbers as they are written: `1.10` is a version to `env`. */
function meaningOf({ value, jobNames, written }: Tree): unknown {
  return [JSON.stringify(value), jobNames, [...written.values()].map((texts) => [...texts])];
}

function withBreaksOf(source: string, text: string): string {
  const all = source.split("\n").length;
  const windows = source.split("\r\n").length;
  return windows > all / 2 && windows > 1 ? text.replaceAll("\n", "\r\n") : text;
}

function cannot(file: string, why: string): Problem {
  const message = `cannot be put into style: ${why}`;
  const hint = "the file is left as it is; please report it";
  return {
    file,
    line: 0,
    column: 0,
    level: "error",
    code: "FORMAT_UNSAFE",
    path: "",
    message,
    hint,
  };
}
