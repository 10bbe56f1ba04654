import type { SyntaxNode } from "@lezer/common";
import { apschedulerWhen } from "./apscheduler-when.ts";
import { type Entry, type Importer, newDraft, zoneOf } from "./draft.ts";
import { hoist } from "./hoist.ts";
import { createNames } from "./name.ts";
import { type PythonModule, type PythonValue, parsePython, partsOf, readPython } from "./python.ts";
import { findAssignments, findCalls, noteConstants, textOf } from "./python-find.ts";
import { dedent } from "./ruby.ts";

/** Reads a clock.py of APScheduler, without running it. */
export const importApscheduler: Importer = (text, options) => {
  const module = parsePython(text.replaceAll("\r\n", "\n"));
  noteConstants(module, findAssignments(module));
  const draft = newDraft();
  const context = {
    module,
    functions: functionsOf(module),
    imports: importsOf(module),
    nameOf: createNames(),
  };
  const decorated = findDecorated(module);
  for (const { node, name, decorator } of decorated)
    draft.entries.push(takeJob(context, decorator, node, name));
  for (const call of findCalls(module, "add_job")) draft.entries.push(takeAdded(context, call));
  if (draft.entries.length === 0) {
    const message = "is of APScheduler, and has no scheduled_job and no add_job in it";
    return { message, hint: "give the file that has them" };
  }
  const zone = zoneOf(
    { ...options, timezone: zoneIn(module) ?? options.timezone },
    "APScheduler reads them on the clock of its machine, Heroku's is UTC",
  );
  draft.head.push(
    "A function's Python is kept as the command. Better: a script of its own.",
    ...zone.head,
  );
  if (zone.zone !== undefined) draft.defaults.timezone = zone.zone;
  // It has one instance of a job at a time, and forgets what is a second late.
  Object.assign(draft.defaults, { overlap: "skip", catch_up: { run: "none" } });
  hoist(draft, ["timezone"]);
  return draft;
};

interface Context {
  module: PythonModule;
  functions: Map<string, string>;
  imports: string;
  nameOf(wanted: string): string;
}

interface Decorated {
  node: SyntaxNode;
  name: string;
  decorator: SyntaxNode;
}

/** Functions below `@sched.scheduled_job(…)`. */
function findDecorated(module: PythonModule): Decorated[] {
  const found: Decorated[] = [];
  module.tree.iterate({
    enter({ node }) {
      if (node.name !== "DecoratedStatement") return;
      const name = functionName(module, node.getChild("FunctionDefinition"));
      if (name === undefined) return;
      for (const decorator of node.getChildren("Decorator")) {
        if (/^@\s*[\w.]*scheduled_job\b/.test(textOf(module, decorator)))
          found.push({ node, name, decorator });
      }
    },
  });
  return found;
}

function functionName(module: PythonModule, definition: SyntaxNode | null): string | undefined {
  const name = definition?.getChild("VariableName");
  return name ? textOf(module, name) : undefined;
}

function functionsOf(module: PythonModule): Map<string, string> {
  const functions = new Map<string, string>();
  module.tree.iterate({
    enter({ node }) {
      if (node.name !== "FunctionDefinition") return;
      const name = functionName(module, node);
      const start = module.text.lastIndexOf("\n", node.from) + 1;
      if (name !== undefined) functions.set(name, dedent(module.text.slice(start, node.to)));
    },
  });
  return functions;
}

function importsOf(module: PythonModule): string {
  return module.tree.topNode
    .getChildren("ImportStatement")
    .map((node) => textOf(module, node))
    .filter((text) => !/\bapscheduler\b/.test(text))
    .map((text) => `${text}\n`)
    .join("");
}

function zoneIn(module: PythonModule): string | undefined {
  for (const name of ["BlockingScheduler", "BackgroundScheduler", "AsyncIOScheduler"]) {
    for (const call of findCalls(module, name)) {
      const read = readPython(module, call);
      const zone = read.kind === "call" ? read.named.get("timezone") : undefined;
      if (zone?.kind === "text") return zone.value;
    }
  }
  return undefined;
}

function takeAdded(context: Context, call: SyntaxNode): Entry {
  const [func] = partsOf(partsOf(call)[1] ?? call).filter(({ name }) => /^[A-Z]/.test(name));
  return takeJob(context, call, call, func ? textOf(context.module, func) : "", 1);
}

/** `skip`: the arguments before the trigger. */
function takeJob(
  { module, functions, imports, nameOf }: Context,
  caller: SyntaxNode,
  whole: SyntaxNode,
  name: string,
  skip = 0,
): Entry {
  const line = module.lineOf(caller);
  const text = textOf(module, whole);
  const left = (why: string): Entry => ({ kind: "left", line, text, why, comments: [] });
  const { args, named } = argumentsOf(module, caller);
  const when = apschedulerWhen(args[skip] ?? named.get("trigger"), named);
  if ("why" in when) return left(when.why);
  const definition = functions.get(name);
  if (definition === undefined) return left(`the function ${name} is not in this file`);
  if (named.has("args") || named.has("kwargs"))
    return left("its function is called with arguments");
  const id = named.get("id") ?? named.get("name");
  return {
    kind: "job",
    name: nameOf(id?.kind === "text" ? id.value : name.replaceAll("_", "-")),
    line,
    from: [`line ${line}: ${name}, ${when.words}`],
    comments: [],
    fields: {
      ...when.fields,
      run: ["python", "-c", `${imports}${definition.trimEnd()}\n${name}()\n`],
    },
    notes: when.notes,
  };
}

function argumentsOf(
  module: PythonModule,
  caller: SyntaxNode,
): { args: PythonValue[]; named: Map<string, PythonValue> } {
  if (caller.name === "CallExpression") {
    const read = readPython(module, caller);
    return read.kind === "call" ? read : { args: [], named: new Map() };
  }
  // A decorator is parsed without its call around it.
  const list = caller.getChild("ArgList");
  const again = parsePython(`f${list ? textOf(module, list) : "()"}`);
  again.constants = module.constants;
  const call = again.tree.topNode.firstChild?.firstChild;
  const read = call ? readPython(again, call) : undefined;
  return read?.kind === "call" ? read : { args: [], named: new Map() };
}
