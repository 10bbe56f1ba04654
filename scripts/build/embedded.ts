import { getRawAsset } from "node:sea";
import { Script } from "node:vm";

/**
 * Stands in for `src/cli.ts` in the executable's small first part: takes the rest out of the executable
 * when it is asked for. A worker's guard never does.
 */
type Rest = typeof import("../../src/cli.ts");

export const { cli } = load();

function load(): Rest {
  // Not as UTF-8, whose decoder looks at every byte twice: the text is ASCII.
  const text = Buffer.from(getRawAsset("cli.js") as ArrayBuffer).toString("latin1");
  const cachedData = new Uint8Array(getRawAsset("cli.cache") as ArrayBuffer);
  const options = { filename: "clockd", ...(cachedData.length > 0 ? { cachedData } : {}) };
  const script = new Script(text, options);
  const module = { exports: {} };
  script.runInThisContext()(process.getBuiltinModule, module);
  return module.exports as Rest;
}
