import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** The YAML language server that editors use, with one open document. */
export interface LanguageServer {
  /** What it has against a text, once it has looked at it. */
  diagnose(text: string): Promise<Diagnostic[]>;
  /** What it offers at `¦` in the text, which is taken out. */
  complete(text: string): Promise<string[]>;
  /** What it shows over `¦` in the text. */
  hover(text: string): Promise<string>;
  stop(): Promise<void>;
}

export interface Diagnostic {
  line: number;
  character: number;
  message: string;
}

type Message = {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: unknown;
};

const URI = pathToFileURL("/app/schedules.yml").href;
const SCHEMA = new URL("../../schema/schedules.schema.json", import.meta.url).href;
const DEADLINE_MS = 10_000;

/** A catalogue of schemas would be fetched from the network. */
const SETTINGS = {
  validate: true,
  hover: true,
  completion: true,
  schemaStore: { enable: false },
  schemas: { [SCHEMA]: ["schedules.yml"] },
};

export async function startLanguageServer(): Promise<LanguageServer> {
  const program = createRequire(import.meta.url).resolve(
    "yaml-language-server/bin/yaml-language-server",
  );
  const child = spawn(process.execPath, [program, "--stdio"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const wire = connect(child);
  await wire.request("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {
      textDocument: {
        hover: { contentFormat: ["markdown"] },
        completion: { completionItem: { snippetSupport: true } },
      },
    },
  });
  wire.notify("initialized", {});
  await wire.configured;
  let version = 0;
  /** Each text is looked at once, and what it has against it comes before the next one is sent. */
  const put = (text: string) => {
    version += 1;
    const told = wire.nextDiagnostics();
    const document = { uri: URI, languageId: "yaml", version };
    if (version === 1) {
      wire.notify("textDocument/didOpen", { textDocument: { ...document, text } });
    } else {
      const change = { textDocument: document, contentChanges: [{ text }] };
      wire.notify("textDocument/didChange", change);
    }
    return told;
  };
  const at = async (text: string) => {
    const before = text.slice(0, text.indexOf("¦")).split("\n");
    await put(text.replace("¦", ""));
    const position = { line: before.length - 1, character: before.at(-1)!.length };
    return { textDocument: { uri: URI }, position };
  };
  return {
    diagnose: put,
    async complete(text) {
      const result = await wire.request("textDocument/completion", await at(text));
      return (result as { items: { label: string }[] }).items.map(({ label }) => label);
    },
    async hover(text) {
      const result = await wire.request("textDocument/hover", await at(text));
      return (result as { contents: { value: string } } | null)?.contents.value ?? "";
    },
    async stop() {
      const exited = once(child, "exit");
      await wire.request("shutdown", null);
      wire.notify("exit", null);
      child.stdin!.end();
      await exited;
      process.off("exit", kill);
    },
  };
}

function connect(child: ChildProcess) {
  let buffer = Buffer.alloc(0);
  let lastId = 0;
  const waiting = new Map<number, (message: Message) => void>();
  const configured = Promise.withResolvers<void>();
  let diagnosed: ((params: { diagnostics: RawDiagnostic[] }) => void) | undefined;
  const send = (message: object) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    child.stdin!.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const take = (message: Message) => {
    if (message.method === "textDocument/publishDiagnostics") diagnosed?.(message.params as never);
    else if (message.method && message.id !== undefined) {
      const { items = [] } = (message.params ?? {}) as { items?: { section: string }[] };
      const result = items.map(({ section }) => (section === "yaml" ? SETTINGS : {}));
      const isSettings = message.method === "workspace/configuration";
      send({ id: message.id, result: isSettings ? result : null });
      if (isSettings) configured.resolve();
    } else if (message.id !== undefined) waiting.get(message.id)?.(message);
  };
  child.stdout!.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    while (true) {
      const head = buffer.indexOf("\r\n\r\n");
      if (head === -1) return;
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString("utf8", 0, head))![1]);
      if (buffer.length < head + 4 + length) return;
      const body = buffer.toString("utf8", head + 4, head + 4 + length);
      buffer = buffer.subarray(head + 4 + length);
      take(JSON.parse(body));
    }
  });
  return {
    configured: configured.promise,
    notify: (method: string, params: unknown) => send({ method, params }),
    request(method: string, params: unknown): Promise<unknown> {
      const id = ++lastId;
      return within(method, (resolve, reject) => {
        waiting.set(id, ({ result, error }) =>
          error ? reject(new Error(JSON.stringify(error))) : resolve(result),
        );
        send({ id, method, params });
      });
    },
    nextDiagnostics: () =>
      within<Diagnostic[]>("diagnostics", (resolve) => {
        diagnosed = ({ diagnostics }) => {
          resolve(
            diagnostics
              .map(({ message, range }) => ({ ...range.start, message }))
              .sort((a, b) => a.line - b.line || a.character - b.character),
          );
        };
      }),
  };
}

interface RawDiagnostic {
  message: string;
  range: { start: { line: number; character: number } };
}

function within<T = unknown>(
  what: string,
  start: (resolve: (value: T) => void, reject: (reason: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no ${what} within ${DEADLINE_MS} ms`)),
      DEADLINE_MS,
    );
    const done = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    start(
      (value) => done(() => resolve(value)),
      (reason) => done(() => reject(reason)),
    );
  });
}
