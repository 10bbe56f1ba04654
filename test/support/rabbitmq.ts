import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { connect } from "amqplib";
import { temporaryFolder } from "./folder.ts";
import { freePorts } from "./ports.ts";
import { processesWith } from "./processes.ts";
import {
  type NodeFiles,
  nodeCommand,
  nodeEnvironment,
  SERVER,
  writeNode,
} from "./rabbitmq-node.ts";
import { rabbitmq4Root } from "./rabbitmq-root.ts";
import { until } from "./until.ts";

/** A RabbitMQ that belongs to one test: its own node, ports and data, all on loopback. */
export interface Rabbitmq {
  /** For a client: `amqp://guest:guest@127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** What the server says it is, such as `3.10.8`. */
  readonly version: string;
  /** As a power cut does it: at once, nothing flushed. */
  kill(): Promise<void>;
  /** Back after `kill`, with the same ports and data. Resolves when clients can connect. */
  restart(): Promise<void>;
  /** It keeps its connections and answers nothing, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Runs an Erlang expression in the server and resolves with what it printed; about 2 s. */
  evaluate(expression: string): Promise<string>;
  /** Ends it and all its processes, and removes its folder. */
  stop(): Promise<void>;
}

export interface RabbitmqOptions {
  /** The machine's own package, or 4.0 from a Debian 13. Default: what the test run was asked for. */
  version?: RabbitmqVersion;
  /** More lines for rabbitmq.conf. `{folder}` in a value is where `copies` are. */
  config?: Readonly<Record<string, string>>;
  /** Files that the configuration names, such as certificates. */
  copies?: readonly string[];
}

export type RabbitmqVersion = "installed" | "4.0";

const CONTROL = "/usr/lib/rabbitmq/bin/rabbitmqctl";
const READY_WITHIN_MS = 60_000;
const GONE_WITHIN_MS = 10_000;

/**
 * Starts a RabbitMQ and resolves when clients can connect, in about 6 s. Whatever happens to this
 * process, the server does not outlive it.
 */
export async function startRabbitmq(options: RabbitmqOptions = {}): Promise<Rabbitmq> {
  const version = options.version ?? versionOfRun();
  const root = version === "4.0" ? rabbitmq4Root() : undefined;
  if (root === undefined && !existsSync(SERVER)) {
    throw new Error("RabbitMQ is not installed: apt-get install rabbitmq-server");
  }
  const [amqp = 0, epmd = 0, distribution = 0] = await freePorts(3);
  const home = temporaryFolder("rabbitmq");
  const ports = { amqp, epmd, distribution };
  const { config = {}, copies = [] } = options;
  const node: NodeFiles = { folder: home.path, ports, root, config, copies };
  writeNode(node);
  const nameServer = launch(node, ["epmd", "-address", "127.0.0.1", "-port", String(epmd)]);
  const stopAll = async (server: ChildProcess) => {
    await Promise.all([killed(server), killed(nameServer)]);
    const left = () => processesWith("CLOCKD_TEST_NODE", home.path);
    await until(() => left().length === 0, GONE_WITHIN_MS, "the processes of RabbitMQ to end");
    home.remove();
  };
  return running(node, stopAll);
}

/** What `npm test -- --rabbitmq VERSION` asked for. */
function versionOfRun(): RabbitmqVersion {
  return process.env.CLOCKD_TEST_RABBITMQ === "4.0" ? "4.0" : "installed";
}

async function running(
  node: NodeFiles,
  stopAll: (server: ChildProcess) => Promise<void>,
): Promise<Rabbitmq> {
  const url = `amqp://guest:guest@127.0.0.1:${node.ports.amqp}`;
  let server = launch(node, [SERVER]);
  try {
    const version = await ready(node, server, url);
    return {
      url,
      port: node.ports.amqp,
      version,
      kill: () => killed(server),
      restart: async () => {
        await killed(server);
        server = launch(node, [SERVER]);
        await ready(node, server, url);
      },
      freeze: () => void server.kill("SIGSTOP"),
      thaw: () => void server.kill("SIGCONT"),
      evaluate: (expression) => evaluate(node, expression),
      stop: () => stopAll(server),
    };
  } catch (error) {
    await stopAll(server);
    throw error;
  }
}

async function evaluate(node: NodeFiles, expression: string): Promise<string> {
  const [command, ...args] = nodeCommand(node, [CONTROL, "eval", expression]);
  const env = { ...nodeEnvironment(node), detached: "" };
  const { stdout } = await promisify(execFile)(command, args, { cwd: node.folder, env });
  return stdout.trim();
}

function launch(node: NodeFiles, program: string[]): ChildProcess {
  const [command, ...args] = nodeCommand(node, program);
  const output = openSync(outputOf(node), "a");
  const child = spawn(command, args, {
    cwd: node.folder,
    env: nodeEnvironment(node),
    stdio: ["ignore", output, output],
    detached: true, // Ctrl-C in the terminal is for us: we end the server last
  });
  closeSync(output);
  child.on("error", () => {}); // such as setpriv missing: `ready` says that it is not running
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  child.once("close", () => process.off("exit", kill));
  child.unref();
  return child;
}

/** Waits until a client can connect; resolves with the server's version. */
async function ready(node: NodeFiles, server: ChildProcess, url: string): Promise<string> {
  try {
    return await until(
      () => {
        if (hasEnded(server)) throw new Error("RabbitMQ ended while it started");
        return greet(url);
      },
      READY_WITHIN_MS,
      "RabbitMQ to take connections",
    );
  } catch (error) {
    const end = readFileSync(outputOf(node), "utf8").trim().split("\n").slice(-30).join("\n");
    throw new Error(`${(error as Error).message}. Its last words:\n${end}`);
  }
}

async function greet(url: string): Promise<string | undefined> {
  try {
    const connection = await connect(url, { noDelay: true, timeout: 5000 });
    connection.on("error", () => {});
    const { version } = connection.connection.serverProperties;
    await connection.close();
    return version;
  } catch {
    return undefined;
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const closed = once(child, "close");
  child.ref();
  child.kill("SIGKILL");
  await closed;
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function outputOf(node: NodeFiles): string {
  return `${node.folder}/output`;
}
