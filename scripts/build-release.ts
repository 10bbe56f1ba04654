import { join } from "node:path";
import { ROOT } from "./build/bundle.ts";
import { makeRelease } from "./build/release.ts";

/** `npm run build:release`: the executables for all machines, their sums and the list of their parts. */
const folder = join(ROOT, "dist/release");
await makeRelease(folder, (line) => console.log(line));
console.log(`all is in ${folder}`);
