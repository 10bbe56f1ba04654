import { EXIT } from "./host.ts";
export async function fmt(_: unknown, __: unknown) {
  return EXIT.ok;
}
