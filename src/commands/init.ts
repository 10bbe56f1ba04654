import { EXIT } from "./host.ts";
export async function init(_: unknown, __: unknown) {
  return EXIT.ok;
}
