import type { CommandNode, OptionFacts } from "../../src/commands/command-tree.ts";

/** What a page says of the whole. */
export interface ManualFacts {
  version: string;
  /** ISO 8601, without the time. */
  date: string;
}

/** The manual pages of a program and all its commands, by file name, from the definitions of its commands. */
export function manualPages(tree: CommandNode, facts: ManualFacts): Map<string, string> {
  const pages = new Map<string, string>();
  for (const node of allOf(tree)) pages.set(`${pageName(node)}.1`, page(node, tree, facts));
  return pages;
}

function allOf(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allOf)];
}

function pageName({ words }: CommandNode): string {
  return ["clockd", ...words].join("-");
}

function page(node: CommandNode, root: CommandNode, { version, date }: ManualFacts): string {
  const parts: [title: string, body: string][] = [
    ["NAME", `${pageName(node).replaceAll("-", "\\-")} \\- ${text(node.about)}`],
    ["SYNOPSIS", synopsis(node)],
    ["COMMANDS", node.commands.map(commandEntry).join("\n")],
    ["ARGUMENTS", node.positionals.map(positionalEntry).join("\n")],
    ["OPTIONS", [...node.options.map(optionEntry), HELP_ENTRY].join("\n")],
    ["EXIT STATUS", EXIT_STATUS],
    ...(node === root ? ROOT_PARTS : []),
    ["EXAMPLES", examples(node.examples)],
    ["SEE ALSO", seeAlso(node, root)],
  ];
  const sections = parts
    .filter(([, body]) => body !== "")
    .map(([name, body]) => `.SH ${name}\n${body}`);
  const title = pageName(node).toUpperCase();
  return `.TH ${title} 1 ${date} "clockd ${version}" "clockd"\n${sections.join("\n")}\n`;
}

function synopsis(node: CommandNode): string {
  const words = ["clockd", ...node.words].join(" ");
  const positionals = node.positionals.map(({ name, isRequired, isRepeatable }) => {
    const value = `\\fI${text(name)}\\fR${isRepeatable ? " .\\|.\\|." : ""}`;
    return isRequired ? value : `[${value}]`;
  });
  const own = [`\\fB${text(words)}\\fR`, "[\\fIoptions\\fR]", ...positionals].join(" ");
  if (node.commands.length === 0) return own;
  const sub = `\\fB${text(words)}\\fR \\fIcommand\\fR .\\|.\\|.`;
  return node.words.length === 0 ? `${own}\n.br\n${sub}` : sub;
}

function commandEntry(node: CommandNode): string {
  return `.TP\n\\fB${pageName(node).replaceAll("-", "\\-")}\\fR(1)\n${text(node.about)}`;
}

function positionalEntry({ name, about }: CommandNode["positionals"][number]): string {
  return `.TP\n\\fI${text(name)}\\fR\n${text(about === "" ? "names of jobs" : about)}`;
}

function optionEntry(option: OptionFacts): string {
  const { name, alias, takesValue, choices, about } = option;
  const spellings = [...(alias ? [`\\-${alias}`] : []), `\\-\\-${text(name)}`];
  const value = takesValue ? " \\fIvalue\\fR" : "";
  const more = [
    ...(choices.length > 0 ? [`one of ${choices.join(", ")}`] : []),
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
  ];
  const tail = more.length > 0 ? ` (${text(more.join("; "))})` : "";
  return `.TP\n\\fB${spellings.join("\\fR, \\fB")}\\fR${value}\n${text(about)}${tail}`;
}

const HELP_ENTRY = ".TP\n\\fB\\-\\-help\\fR\nshow help";

function examples(commands: readonly string[]): string {
  return commands.length === 0 ? "" : `.nf\n${commands.map(text).join("\n")}\n.fi`;
}

function seeAlso(node: CommandNode, root: CommandNode): string {
  const near = allOf(root).filter((other) => other !== node && other.words.length < 2);
  return near.map((other) => `\\fB${pageName(other).replaceAll("-", "\\-")}\\fR(1)`).join(",\n");
}

/** A line of text; none may begin as a request does. */
function text(plain: string): string {
  const escaped = plain.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq");
  return /^[.]/.test(escaped) ? `\\&${escaped}` : escaped;
}

function entries(list: readonly (readonly [term: string, meaning: string])[]): string {
  return list.map(([term, meaning]) => `.TP\n\\fB${text(term)}\\fR\n${text(meaning)}`).join("\n");
}

const EXIT_STATUS = entries([
  ["0", "done, or so already"],
  ["1", "problems were found, or what was asked for was refused"],
  ["2", "wrong usage"],
  ["69", "the broker cannot be reached or does not answer"],
  ["70", "a bug in clockd"],
  ["78", "the file was refused: its problems are printed"],
]);

const ROOT_PARTS: [string, string][] = [
  [
    "ENVIRONMENT",
    entries([
      [
        "CLOCKD_BROKER_URL, AMQP_URL, CLOUDAMQP_URL, RABBITMQ_URL",
        "the broker, in this order, when there is no --broker",
      ],
      [
        "NOTIFY_SOCKET, WATCHDOG_USEC",
        "set by systemd: it is told of the start, the end and the state",
      ],
      ["NO_COLOR", "no colours on a terminal"],
    ]),
  ],
  [
    "SIGNALS",
    entries([
      ["SIGTERM, SIGINT", "ends in good order; a second one ends running commands"],
      ["SIGHUP", "reads the file again; so does every change of it"],
    ]),
  ],
  [
    "FILES",
    entries([
      [
        "schedules.yml",
        "the jobs, in the folder that clockd is started in, unless --config names another file",
      ],
      [".clockd/clockd.db", "the embedded broker, when no other broker is named"],
    ]),
  ],
];
