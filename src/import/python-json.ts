import type { PythonValue } from "./python.ts";

/** A literal as JSON; undefined when a part of it is code. */
export function asJson(value: PythonValue): string | undefined {
  const plain = toPlain(value);
  return plain === CODE ? undefined : JSON.stringify(plain);
}

const CODE = Symbol("code");

function toPlain(value: PythonValue): unknown {
  switch (value.kind) {
    case "text":
    case "number":
    case "word":
      return value.value;
    case "list": {
      const items = value.items.map(toPlain);
      return items.includes(CODE) ? CODE : items;
    }
    case "dict":
      return mapOf(value.entries.map(({ key, value }) => [key, value] as const));
    case "call": {
      if (value.name !== "dict" || value.args.length > 0) return CODE;
      return mapOf([...value.named]);
    }
    default:
      return CODE;
  }
}

function mapOf(entries: readonly (readonly [string | undefined, PythonValue])[]): unknown {
  const plain = entries.map(([key, value]) => [key, toPlain(value)] as const);
  if (plain.some(([key, value]) => key === undefined || value === CODE)) return CODE;
  return Object.fromEntries(plain as [string, unknown][]);
}
