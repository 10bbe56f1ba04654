import { parse } from "yaml";
import { readConfigFile } from "./file.ts";

/**
 * The names of a file's jobs, in its order, for who is typing one. A file that has problems has names
 * all the same; of one that cannot be read there are none.
 */
export async function jobNamesIn(path: string): Promise<string[]> {
  const read = await readConfigFile(path);
  if (!("text" in read)) return [];
  try {
    const { jobs } = parse(read.text, { logLevel: "silent" });
    return Object.keys(jobs).filter((name) => /^[a-z0-9._-]+$/.test(name));
  } catch {
    return [];
  }
}
