import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** The server itself: the wrapper in /usr/sbin switches to another user. */
export const SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server";

export interface NodePorts {
  amqp: number;
  epmd: number;
  distribution: number;
}

export interface NodeFiles {
  /** The folder of this node, as the test sees it. Everything the node writes is in it. */
  folder: string;
  ports: NodePorts;
  /** Another Debian's root folder to run in; undefined: the machine's own packages. */
  root: string | undefined;
  /** Lines for rabbitmq.conf; `{folder}` in a value is the node's own name for its folder. */
  config: Readonly<Record<string, string>>;
  /** Files to copy into the folder, by name. */
  copies: readonly string[];
}

/** Writes the files of a node with a name, a cookie and ports of its own, all on loopback. */
export function writeNode(node: NodeFiles): void {
  const { folder, ports, config, copies } = node;
  mkdirSync(join(folder, "data"), { recursive: true });
  const lines = { "listeners.tcp.1": `127.0.0.1:${ports.amqp}`, ...config };
  const text = Object.entries(lines).map(([key, value]) => {
    return `${key} = ${value.replaceAll("{folder}", homeOf(node))}\n`;
  });
  writeFileSync(join(folder, "rabbitmq.conf"), text.join(""));
  writeFileSync(join(folder, "plugins"), "[].\n");
  for (const file of copies) copyFileSync(file, join(folder, basename(file)));
}

/** The node's own name for its folder. */
function homeOf(node: NodeFiles): string {
  return node.root === undefined ? node.folder : MOUNTED;
}

/**
 * The environment of a node and of its name server (epmd). Nothing of the caller's gets in, but for
 * the mark by which left-over processes are found.
 */
export function nodeEnvironment(node: NodeFiles): Record<string, string> {
  const home = homeOf(node);
  const { epmd, distribution, amqp } = node.ports;
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
    HOME: home, // the cookie is made here
    CLOCKD_TEST_NODE: node.folder,
    ...(process.env.CLOCKD_TEST_RUN ? { CLOCKD_TEST_RUN: process.env.CLOCKD_TEST_RUN } : {}),
    // The start script then turns into the server, so that the process we started is the server.
    detached: "1",
    ERL_EPMD_PORT: String(epmd),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    // One scheduler and small tables: a quicker start, and it leaves the machine to the others.
    ERL_MAX_PORTS: "4096",
    RABBITMQ_MAX_NUMBER_OF_PROCESSES: "65536",
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      "+S 1:1 +SDio 4 -kernel inet_dist_use_interface {127,0,0,1}",
    RABBITMQ_NODENAME: `clockd-${amqp}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_CONF_ENV_FILE: `${home}/none`,
    RABBITMQ_ADVANCED_CONFIG_FILE: `${home}/none`,
    RABBITMQ_CONFIG_FILE: `${home}/rabbitmq.conf`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${home}/plugins`,
    RABBITMQ_MNESIA_BASE: `${home}/data`,
    RABBITMQ_PID_FILE: `${home}/pid`,
    RABBITMQ_LOG_BASE: `${home}/log`,
    RABBITMQ_LOGS: "-",
  };
}

/** Where a node in another root has its folder. */
const MOUNTED = "/mnt";

/**
 * The command line for a program of the node. The kernel kills it when the test's process ends,
 * however that ends. In another root it gets mounts of its own, which go when it goes.
 */
export function nodeCommand(node: NodeFiles, program: string[]): [string, ...string[]] {
  const guarded: [string, ...string[]] = ["setpriv", "--pdeathsig", "KILL"];
  if (node.root === undefined) return [...guarded, ...program];
  const enter =
    'mount --bind "$2" "$1/mnt" && mount -t proc proc "$1/proc" && ' +
    'root=$1 && shift 2 && exec chroot "$root" "$@"';
  const inside = ["unshare", "--mount", "sh", "-c", enter, "sh", node.root, node.folder];
  return [...guarded, ...inside, ...program];
}
