import { type Alias, isAlias, isMap, isScalar, type Node, type Scalar, type YAMLMap } from "yaml";
import { error, type Finding } from "./finding.ts";
import { joinPointer } from "./pointer.ts";

/** A document as plain values, made in one walk. */
export interface Tree {
  /** Objects, lists, text, numbers, booleans, null. What an alias names is shared, not copied. */
  value: unknown;
  findings: Finding[];
  /** True when `value` has holes, so that nothing more can be said about it. */
  broken: boolean;
  /** What each alias stands for. */
  targets: ReadonlyMap<Alias, Node>;
}

/** An anchored node: open while its own content is being walked. */
interface Anchored {
  node: Node;
  value: unknown;
  size: number;
  open: boolean;
}

/** A file may grow by its aliases to this many nodes and ten times what is written, not further. */
const FREE_NODES = 100_000;
const GROWTH = 10;

/** Turns a document (at most DEEPEST levels) into plain values, and finds what YAML allows but a
 * schedules file does not: duplicate keys, cycles, exploding aliases, numbers that lose digits. */
export function readTree(root: Node | null): Tree {
  const walk = createWalk();
  const value = walk.read(root);
  walk.end();
  const { findings, targets } = walk;
  return { value, findings, targets, broken: findings.some(({ code }) => code === "CONFIG_ALIAS") };
}

function createWalk() {
  const findings: Finding[] = [];
  const targets = new Map<Alias, Node>();
  const anchors = new Map<string, Anchored>();
  const path: (string | number)[] = [];
  const count = { written: 0, aliased: 0, tooMany: undefined as Finding | undefined };

  function read(node: Node | null): unknown {
    count.written += 1;
    if (node === null) return null;
    if (isAlias(node)) return follow(node);
    if (!node.anchor) return content(node);
    const anchored: Anchored = { node, value: null, size: 0, open: true };
    const before = count.written + count.aliased;
    anchors.set(node.anchor, anchored);
    anchored.value = content(node);
    anchored.size = count.written + count.aliased - before + 1;
    anchored.open = false;
    return anchored.value;
  }

  function content(node: Exclude<Node, Alias>): unknown {
    if (isMap(node)) return readMap(node as YAMLMap<Scalar<string>, Node | null>);
    if (isScalar(node)) return readScalar(node);
    return (node.items as (Node | null)[]).map((item, index) => within(index, item));
  }

  function within(key: string | number, node: Node | null): unknown {
    path.push(key);
    const value = read(node);
    path.pop();
    return value;
  }

  function readMap(map: YAMLMap<Scalar<string>, Node | null>): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const pair of map.items) {
      const key = pair.key.value;
      const value = within(key, pair.value);
      if (Object.hasOwn(object, key)) {
        findings.push(duplicateKey(joinPointer(here(), key), key, pair.key));
      } else if (key === "__proto__") {
        // Assigning would set the prototype: it must stay a key like any other.
        Object.defineProperty(object, key, { value, enumerable: true });
      } else object[key] = value;
    }
    return object;
  }

  function readScalar(scalar: Scalar): unknown {
    const { value } = scalar;
    if (typeof value === "number" && losesDigits(value, scalar.source ?? "")) {
      const message = `the number ${scalar.source} cannot be kept exactly`;
      const finding = error("CONFIG_NUMBER", here(), offsetOf(scalar), message);
      findings.push({ ...finding, hint: "write it in quotes" });
    }
    return value;
  }

  function follow(alias: Alias): unknown {
    const anchored = anchors.get(alias.source);
    if (!anchored) return badAlias(alias, `no anchor &${alias.source} comes before this alias`);
    if (anchored.open) return badAlias(alias, `&${alias.source} contains itself`);
    targets.set(alias, anchored.node);
    count.aliased += anchored.size;
    if (count.aliased > FREE_NODES) count.tooMany ??= explosion(here(), alias);
    return anchored.value;
  }

  function badAlias(alias: Alias, message: string): null {
    const finding = error("CONFIG_ALIAS", here(), offsetOf(alias), message);
    // A cron pattern without quotes, such as */5, is an alias to YAML.
    const hint = "text that begins with * must be in quotes";
    findings.push(/^[a-z]/i.test(alias.source) ? finding : { ...finding, hint });
    return null;
  }

  function end(): void {
    if (count.tooMany && count.aliased > GROWTH * count.written) findings.push(count.tooMany);
  }

  function here(): string {
    return path.reduce<string>(joinPointer, "");
  }

  return { read, end, findings, targets };
}

function duplicateKey(path: string, key: string, second: Scalar): Finding {
  const message = `the key "${key}" is given twice`;
  return { ...error("CONFIG_DUPLICATE_KEY", path, offsetOf(second), message), first: path };
}

function explosion(path: string, alias: Alias): Finding {
  const message = `the aliases make the file more than ${FREE_NODES} values and ${GROWTH} times longer`;
  return error("CONFIG_ALIAS", path, offsetOf(alias), message);
}

function losesDigits(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true;
  return !Number.isSafeInteger(value) && /^[-+]?(\d+|0x[\da-f]+|0o[0-7]+)$/i.test(source);
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
