import schema from "../../schema/schedules.schema.json" with { type: "json" };
import { EXIT } from "./host.ts";

/** `clockd schema`: prints what editors complete and check schedules files with. */
export async function printSchema(
  { compact }: { compact: boolean },
  { out }: { out(text: string): void },
): Promise<number> {
  out(`${JSON.stringify(schema, null, compact ? 0 : 2)}\n`);
  return EXIT.ok;
}
