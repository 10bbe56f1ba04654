import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import type { Locate } from "./finding.ts";
import { keyText } from "./key.ts";
import { splitPointer } from "./pointer.ts";

/**
 * Finds the offset of what a JSON pointer names in a document, for the few paths that are asked for:
 * of the key or of the value; of the key too when the value is empty.
 */
export function createLookup(root: Node | null, targets: ReadonlyMap<Alias, Node>): Locate {
  /** A search in a map of 100,000 jobs for each of them would never end: index each map once. */
  const indexes = new Map<Node, Map<string, NodePair>>();

  function find(path: string): Found {
    let found: Found = { value: root };
    for (const key of splitPointer(path)) {
      const node = behind(found.value);
      if (isMap(node)) found = entry(node as NodeMap, key) ?? found;
      else if (isSeq(node)) found = { value: node.items[Number(key)] as Node };
    }
    return found;
  }

  function entry(map: NodeMap, key: string): Found | undefined {
    const pair = indexOf(map).get(key);
    return pair && { key: pair.key!, value: pair.value };
  }

  function indexOf(map: NodeMap): Map<string, NodePair> {
    let index = indexes.get(map);
    if (!index) indexes.set(map, (index = newIndex(map)));
    return index;
  }

  function behind(node: Node | null): Node | null {
    return isAlias(node) ? (targets.get(node) ?? null) : node;
  }

  return (path, at) => {
    const { key, value } = find(path);
    const node = at === "key" || isEmpty(value) ? (key ?? value) : value;
    return node?.range?.[0] ?? 0;
  };
}

function newIndex(map: NodeMap): Map<string, NodePair> {
  const index = new Map<string, NodePair>();
  for (const pair of map.items) {
    // Of a key that is given twice the first one counts.
    const key = keyText(pair.key);
    if (key !== undefined && !index.has(key)) index.set(key, pair);
  }
  return index;
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.type === "PLAIN" && node.source === "");
}

interface Found {
  key?: Node;
  value: Node | null;
}

type NodeMap = YAMLMap<Node | null, Node | null>;
type NodePair = Pair<Node | null, Node | null>;
