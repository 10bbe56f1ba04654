import type { Argv } from "yargs";
import { completionScript, SHELLS } from "./commands/completion-scripts.ts";
import { EXIT, type Host } from "./commands/host.ts";

type Done = (code: Promise<number>) => Promise<void>;

/** `clockd completion`: what a shell needs to complete command lines. */
export function completionCommand(parser: Argv, { out }: Host, done: Done): Argv {
  return parser.command(
    "completion <shell>",
    "print a script by which a shell completes commands, flags and jobs",
    (command) =>
      command
        .positional("shell", { choices: SHELLS, demandOption: true, describe: "whose script" })
        .example("source <(clockd completion bash)", "")
        .example("clockd completion fish >~/.config/fish/completions/clockd.fish", ""),
    (argv) => {
      out(completionScript(argv.shell));
      return done(Promise.resolve(EXIT.ok));
    },
  );
}
