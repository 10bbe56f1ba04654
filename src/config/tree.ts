import { type Alias, isAlias, isMap, isScalar, type Node, type Scalar, type YAMLMap } from "yaml";
import type { Finding } from "./finding.ts";
import { keyText } from "./key.ts";
import { joinPointer } from "./pointer.ts";
import {
  ALIAS_GROWTH,
  aliasFault,
  duplicateKey,
  explosion,
  FREE_ALIASED,
  keyFault,
  losesDigits,
  numberFault,
} from "./tree-fault.ts";

/** A document as plain values: objects, lists, text, numbers, booleans, null. */
export interface Tree {
  /** What an alias names is shared, not copied. */
  value: unknown;
  findings: Finding[];
  /** True when `value` has holes, so that nothing more can be said about it. */
  broken: boolean;
  /** The names of the jobs in the order of the file, which objects do not keep for `10` and `2`. */
  jobNames: string[];
  /** By map, then key: numbers and booleans that are written unlike their value, such as 1.10. */
  written: ReadonlyMap<object, ReadonlyMap<string, string>>;
  /** What each alias stands for. */
  targets: ReadonlyMap<Alias, Node>;
}

type NodeMap = YAMLMap<Node | null, Node | null>;
type Values = Record<string, unknown>;

/** An anchored node: open while its own content is being walked. */
interface Anchored {
  node: Node;
  value: unknown;
  size: number;
  open: boolean;
}

/** Makes plain values of a document: of parts of it first, if there are any, and then of the rest. */
export interface TreeReader {
  /** Entries of the top-level map. */
  takeTop(map: YAMLMap): void;
  /** Entries of `jobs`. */
  takeJobs(map: YAMLMap): void;
  finish(contents: Node | null): Tree;
}

/**
 * Reads a document of at most DEEPEST levels in one walk, in the order of the file. Finds what YAML
 * allows but a schedules file does not: duplicate keys, cycles, exploding aliases, numbers that lose
 * digits.
 */
export function createTree(): TreeReader {
  const walk = newWalk();
  return {
    takeTop: (map) => void readMap(walk, map as NodeMap, walk.root),
    takeJobs(map) {
      walk.path.push("jobs");
      readMap(walk, map as NodeMap, walk.jobs);
      walk.path.pop();
    },
    finish(contents) {
      const whole = isMap(contents) && !contents.anchor;
      const value = whole ? readMap(walk, contents as NodeMap, walk.root) : read(walk, contents);
      const { findings, jobNames, written, targets } = walk;
      if (walk.tooMany && walk.aliased > ALIAS_GROWTH * walk.nodes) findings.push(walk.tooMany);
      const broken = findings.some(({ code }) => code === "CONFIG_ALIAS");
      return { value, findings, broken, jobNames, written, targets };
    },
  };
}

/** Where a walk is and what it has found. */
interface Walk {
  root: Values;
  jobs: Values;
  jobNames: string[];
  findings: Finding[];
  targets: Map<Alias, Node>;
  written: Map<object, Map<string, string>>;
  anchors: Map<string, Anchored>;
  path: (string | number)[];
  /** How many nodes the file has, and how many more its aliases stand for. */
  nodes: number;
  aliased: number;
  tooMany?: Finding;
}

function newWalk(): Walk {
  return {
    root: {},
    jobs: {},
    jobNames: [],
    findings: [],
    targets: new Map(),
    written: new Map(),
    anchors: new Map(),
    path: [],
    nodes: 0,
    aliased: 0,
  };
}

function read(walk: Walk, node: Node | null): unknown {
  walk.nodes += 1;
  if (node === null) return null;
  if (isAlias(node)) return follow(walk, node);
  if (!node.anchor) return content(walk, node);
  const anchored: Anchored = { node, value: null, size: 0, open: true };
  const before = walk.nodes + walk.aliased;
  walk.anchors.set(node.anchor, anchored);
  anchored.value = content(walk, node);
  anchored.size = walk.nodes + walk.aliased - before + 1;
  anchored.open = false;
  return anchored.value;
}

function content(walk: Walk, node: Exclude<Node, Alias>): unknown {
  if (isMap(node)) return readMap(walk, node as NodeMap, isTheJobs(walk) ? walk.jobs : {});
  if (isScalar(node)) return readScalar(walk, node);
  return (node.items as (Node | null)[]).map((item, index) => within(walk, index, item));
}

function within(walk: Walk, key: string | number, node: Node | null): unknown {
  walk.path.push(key);
  const value = read(walk, node);
  walk.path.pop();
  return value;
}

function isTheJobs({ path, root }: Walk): boolean {
  return path.length === 1 && path[0] === "jobs" && root.jobs === undefined;
}

function readMap(walk: Walk, map: NodeMap, into: Values): Values {
  for (const { key: keyNode, value: node } of map.items) {
    const key = keyText(keyNode);
    if (key === undefined) {
      walk.findings.push(keyFault(here(walk), keyNode ?? node));
      continue;
    }
    const value = within(walk, key, node);
    if (Object.hasOwn(into, key)) {
      walk.findings.push(duplicateKey(joinPointer(here(walk), key), key, keyNode!));
      continue;
    }
    setKey(into, key, value);
    if (into === walk.jobs) walk.jobNames.push(key);
    if (typeof value === "number" || typeof value === "boolean") {
      noteWritten(walk, into, key, String(value), node);
    }
  }
  return into;
}

function noteWritten(walk: Walk, map: Values, key: string, text: string, node: Node | null): void {
  const scalar = isAlias(node) ? walk.targets.get(node) : node;
  if (!isScalar(scalar) || scalar.source === undefined || scalar.source === text) return;
  let sources = walk.written.get(map);
  if (!sources) walk.written.set(map, (sources = new Map()));
  sources.set(key, scalar.source);
}

function readScalar(walk: Walk, scalar: Scalar): unknown {
  const { value } = scalar;
  if (typeof value === "number" && losesDigits(value, scalar.source ?? "")) {
    walk.findings.push(numberFault(here(walk), scalar));
  }
  return value;
}

function follow(walk: Walk, alias: Alias): unknown {
  const anchored = walk.anchors.get(alias.source);
  if (!anchored || anchored.open) {
    walk.findings.push(aliasFault(here(walk), alias, anchored !== undefined));
    return null;
  }
  walk.targets.set(alias, anchored.node);
  walk.aliased += anchored.size;
  if (walk.aliased > FREE_ALIASED) walk.tooMany ??= explosion(here(walk), alias);
  return anchored.value;
}

function here({ path }: Walk): string {
  return path.reduce<string>(joinPointer, "");
}

function setKey(object: Values, key: string, value: unknown): void {
  // Assigning __proto__ would set the prototype: it must stay a key like any other.
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true });
}
