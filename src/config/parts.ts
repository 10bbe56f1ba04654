import { isMap, type Node, type Pair } from "yaml";
import type { Locate } from "./finding.ts";
import type { PartSink } from "./harvest.ts";
import { keyText } from "./key.ts";
import { createLookup } from "./lookup.ts";
import { joinPointer, splitPointer } from "./pointer.ts";
import { createTree, type Tree } from "./tree.ts";
import { parseYaml } from "./yaml.ts";

/** Remembers where the parts of a large file are, so that places in them can be found all the same. */
export interface Parts extends PartSink {
  /** Finds places in the whole file, given what is left of the document. */
  locator(rest: Node | null, tree: Tree): Locate;
}

interface Part {
  start: number;
  end: number;
}

export function createParts(text: string): Parts {
  const top: Pair[] = [];
  const parts: Part[] = [];
  /** By job: the offset of its key. */
  const keys = new Map<string, number>();

  function locator(rest: Node | null, { targets }: Tree): Locate {
    if (isMap(rest)) rest.items.unshift(...top);
    const inRest = createLookup(rest, targets);
    const inParts = createPartLookup(text, parts);
    return (path, at) => {
      const [first, name, ...below] = splitPointer(path);
      const key = first === "jobs" && name !== undefined ? keys.get(name) : undefined;
      if (key === undefined) return inRest(path, at);
      if (below.length === 0 && at === "key") return key;
      return inParts(key, [name!, ...below].reduce(joinPointer, ""), at);
    };
  }

  return {
    takeTop: (map) => void top.push(...map.items),
    takeJobs(map, start, end) {
      parts.push({ start, end });
      for (const { key } of map.items as Pair<Node | null>[]) {
        const name = keyText(key);
        if (name !== undefined && !keys.has(name)) keys.set(name, key!.range![0]);
      }
    },
    locator,
  };
}

/**
 * Parses a part again when a place in it is asked for: files with problems are rare, and problems
 * are asked for in about the order of the file, so the part used last is enough to keep.
 */
function createPartLookup(text: string, parts: readonly Part[]) {
  let open: Part | undefined;
  let lookup: Locate = () => 0;
  return (near: number, path: string, at: "key" | "value"): number => {
    const part = parts.findLast(({ start }) => start <= near)!;
    if (part !== open) {
      open = part;
      lookup = lookupOf(text.slice(part.start, part.end));
    }
    return part.start + lookup(path, at);
  };
}

function lookupOf(text: string): Locate {
  const parsed = parseYaml(text);
  // It was good as a part of the whole; by itself it may miss an anchor of another part.
  if (!("document" in parsed)) return () => 0;
  const { contents } = parsed.document;
  return createLookup(contents, createTree().finish(contents).targets);
}
