import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { findCycles } from "./cycles.ts";
import { type Import, lineAt, readSource, type Source } from "./source.ts";
import {
  LONG_FILE,
  LONGEST_FILE,
  PACKAGES,
  type PlaceRule,
  ROOMS,
  TYPES_FOR_ALL,
  WORDS,
} from "./table.ts";

/** One place where a file does not keep to the rules. */
export interface Breach {
  /** Relative to the folder. */
  file: string;
  line: number;
  message: string;
  level: "error" | "warning";
}

/** Checks every TypeScript file under `folder` (as src) against the table. */
export function checkFolder(folder: string): Breach[] {
  const paths = globSync("**/*.ts", { cwd: folder }).sort();
  const texts = new Map(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
  const sources = new Map([...texts].map(([path, text]) => [path, readSource(text)]));
  return [
    ...[...sources].flatMap(([file, source]) => [
      ...source.imports.flatMap((found) => checkImport(file, found)),
      ...checkWords(file, source),
      ...checkLength(file, texts.get(file)!),
    ]),
    ...findCycles(graphOf(sources)).map((cycle): Breach => {
      const way = [...cycle, cycle[0]].join(" -> ");
      return {
        file: cycle[0]!,
        line: 1,
        level: "error",
        message: `files import in a circle: ${way}`,
      };
    }),
  ];
}

function checkImport(file: string, found: Import): Breach[] {
  const breach = (message: string): Breach[] => [
    { file, line: found.line, message, level: "error" },
  ];
  const { specifier } = found;
  if (specifier === undefined) return breach("what is imported is not a plain string");
  if (!specifier.startsWith(".")) return checkPackage(file, specifier).flatMap(breach);
  const target = targetOf(file, specifier);
  if (/(^|\/)index\.ts$/.test(target))
    return breach(`${target} is a barrel: import the file you mean`);
  if (found.exports && !found.typeOnly) return breach("a re-export hides which file is meant");
  if (found.typeOnly && TYPES_FOR_ALL.includes(target)) return [];
  return checkRooms(file, target).flatMap(breach);
}

function checkRooms(file: string, target: string): string[] {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (target.startsWith("../"))
    return to === ".." && isData(target) ? [] : [`${target} is not in src`];
  const rule = ROOMS[from];
  if (!rule) return [`${from} is no room: give it a row in the table of rules`];
  if (from === to || rule.may.includes(to) || rule.may.includes(target)) return [];
  return [`${from} may not import ${target}: ${rule.why}`];
}

/** Data that is bundled with the program, such as the schema. */
function isData(target: string): boolean {
  return target.endsWith(".json");
}

function checkPackage(file: string, specifier: string): string[] {
  const name = specifier.startsWith("@")
    ? specifier.split("/").slice(0, 2).join("/")
    : specifier.startsWith("node:")
      ? specifier
      : specifier.split("/")[0]!;
  const rule = PACKAGES[name];
  if (!rule) return name.startsWith("node:") ? [] : [`${name} has no row in the table of rules`];
  return isIn(file, rule) ? [] : [`${name} is only for ${rule.places.join(", ")}: ${rule.why}`];
}

function checkWords(file: string, source: Source): Breach[] {
  return WORDS.filter((rule) => !isIn(file, rule)).flatMap((rule) =>
    [...source.code.matchAll(rule.word)].map((found) => ({
      file,
      line: lineAt(source.code, found.index),
      message: `${rule.name} is only for ${rule.places.join(", ")}: ${rule.why}`,
      level: "error",
    })),
  );
}

function checkLength(file: string, text: string): Breach[] {
  const lines = text.split("\n").length - 1;
  if (lines <= LONG_FILE) return [];
  const message = `${lines} lines: a file has one reason and at most ${LONGEST_FILE} lines`;
  return [{ file, line: lines, message, level: lines > LONGEST_FILE ? "error" : "warning" }];
}

/** Who needs whom when the program runs: types are gone by then. */
function graphOf(sources: ReadonlyMap<string, Source>): Map<string, string[]> {
  const edges = ([file, { imports }]: [string, Source]): [string, string[]] => {
    const real = imports.filter((found) => !found.typeOnly && found.specifier?.startsWith("."));
    return [file, real.map((found) => targetOf(file, found.specifier!))];
  };
  return new Map([...sources].map(edges));
}

function targetOf(file: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(file), specifier));
}

function roomOf(path: string): string {
  return path.split("/")[0]!.replace(/\.ts$/, "");
}

function isIn(file: string, { places }: PlaceRule): boolean {
  return places.some((place) =>
    place.endsWith("*") ? file.startsWith(place.slice(0, -1)) : file === place,
  );
}
