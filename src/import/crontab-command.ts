/** A command of a crontab as a shell's text. */
export interface CrontabCommand {
  run: string;
  notes: string[];
}

/**
 * The command as the shell gets it from cron: what stands behind the first plain `%` is its standard input,
 * each further `%` a line break in that, and `\%` a percent sign.
 */
export function readCrontabCommand(text: string): CrontabCommand {
  const parts = text.split(/(?<!\\)%/).map((part) => part.replaceAll("\\%", "%"));
  const [command = "", ...input] = parts;
  if (input.length === 0) return { run: command, notes: [] };
  const end = endMarker(input);
  const run = [`{ ${command.trim()}`, `} <<'${end}'`, ...input, end, ""].join("\n");
  return { run, notes: ["what stood behind % in the crontab is its standard input"] };
}

function endMarker(lines: readonly string[]): string {
  let marker = "INPUT";
  while (lines.includes(marker)) marker += "_";
  return marker;
}
