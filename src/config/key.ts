import { isScalar, type Node } from "yaml";

/** A map's key as text; undefined for what is no text, such as the list in `{[a]}`. */
export function keyText(key: Node | null): string | undefined {
  return isScalar(key) && typeof key.value === "string" ? key.value : undefined;
}
