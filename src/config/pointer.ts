/** Adds a key to a JSON pointer (RFC 6901). */
export function joinPointer(path: string, key: string | number): string {
  const text = typeof key === "number" ? String(key) : escapeKey(key);
  return `${path}/${text}`;
}

/** The keys of a JSON pointer, as they are written in the file. */
export function splitPointer(path: string): string[] {
  return path === "" ? [] : path.slice(1).split("/").map(unescapeKey);
}

function escapeKey(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function unescapeKey(key: string): string {
  return key.replaceAll("~1", "/").replaceAll("~0", "~");
}
