import type { Alias, Node, Scalar } from "yaml";
import { error, type Finding } from "./finding.ts";

/** A file may grow by its aliases to so many values, or so many times what is written; not further. */
export const FREE_ALIASED = 100_000;
export const ALIAS_GROWTH = 10;

export function duplicateKey(path: string, key: string, second: Node): Finding {
  const message = `the key "${key}" is given twice`;
  return { ...error("CONFIG_DUPLICATE_KEY", path, offsetOf(second), message), first: path };
}

export function keyFault(path: string, key: Node | null): Finding {
  return error("CONFIG_KEY", path, key ? offsetOf(key) : "key", "a key must be plain text");
}

/** An alias of nothing that was before it, or of something around it. */
export function aliasFault(path: string, alias: Alias, inside: boolean): Finding {
  const name = alias.source;
  const message = inside
    ? `&${name} contains itself`
    : `no anchor &${name} comes before this alias`;
  const finding = error("CONFIG_ALIAS", path, offsetOf(alias), message);
  // A cron pattern without quotes, such as */5, is an alias to YAML.
  const hint = "text that begins with * must be in quotes";
  return /^[a-z]/i.test(name) ? finding : { ...finding, hint };
}

export function explosion(path: string, alias: Alias): Finding {
  const message = `the aliases make more than ${FREE_ALIASED} values, and ${ALIAS_GROWTH} times the file`;
  return error("CONFIG_ALIAS", path, offsetOf(alias), message);
}

export function numberFault(path: string, scalar: Scalar): Finding {
  const message = `the number ${scalar.source} cannot be kept exactly`;
  const finding = error("CONFIG_NUMBER", path, offsetOf(scalar), message);
  return { ...finding, hint: "write it in quotes" };
}

/** True for what JSON cannot hold, and for integers that a double rounds. */
export function losesDigits(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true;
  return !Number.isSafeInteger(value) && /^[-+]?(\d+|0x[\da-f]+|0o[0-7]+)$/i.test(source);
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
