import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What happens to bytes that go one way. */
export interface Flow {
  /** They are kept, and so is the news that a side has closed, until the way is free again. */
  held: boolean;
  /** Each arrives this much later, in order. ms. */
  delay: number;
}

/** A stretch of network between a client and a server on loopback, for a test to break. */
export interface TcpProxy {
  /** Where the client connects to. */
  readonly port: number;
  /** Connections that are open on the client's side. */
  readonly connections: number;
  /** Changes what happens from now on, to connections that are there and to those that come. */
  set(change: { toServer?: Partial<Flow>; toClient?: Partial<Flow> }): void;
  /** Breaks every connection, to both sides, as a router does that has forgotten them. */
  reset(): void;
  /** Ends all connections and listens no more. */
  close(): Promise<void>;
}

/** More than this on its way, and the sender is slowed down as by a full network. Bytes. */
const MOST_QUEUED = 4 * 1024 * 1024;

/**
 * Starts a proxy to a port on loopback. As on a network that swallows packets, held bytes are not
 * lost: TCP sends them again when the way is free, if the connection still stands. A client that
 * connects while the way is held gets a connection on which nothing happens.
 */
export async function startProxy(serverPort: number): Promise<TcpProxy> {
  const flows = { toServer: open(), toClient: open() };
  const live = new Set<Connection>();
  const listener = createServer({ noDelay: true }, (client) => {
    const connection = join(client, serverPort, flows, () => live.delete(connection));
    live.add(connection);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    get connections() {
      return [...live].filter((connection) => !connection.isLeft()).length;
    },
    set({ toServer = {}, toClient = {} }) {
      Object.assign(flows.toServer, toServer);
      Object.assign(flows.toClient, toClient);
      for (const connection of live) connection.pump();
    },
    reset() {
      for (const connection of live) connection.reset();
    },
    async close() {
      const closed = once(listener, "close");
      listener.close();
      for (const connection of live) connection.reset();
      await closed;
    },
  };
}

function open(): Flow {
  return { held: false, delay: 0 };
}

interface Connection {
  /** The client has gone, whether the server knows it or not. */
  isLeft(): boolean;
  pump(): void;
  reset(): void;
}

function join(
  client: Socket,
  serverPort: number,
  flows: { toServer: Flow; toClient: Flow },
  done: () => void,
): Connection {
  let server: Socket | undefined;
  const up = createWay(client, () => server, flows.toServer);
  const down = createWay(undefined, () => client, flows.toClient);
  const end = () => {
    if (!client.destroyed || (server && !server.destroyed)) return;
    up.stop();
    down.stop();
    done();
  };
  const watch = (socket: Socket, way: Way) => {
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => way.push(chunk));
    socket.on("close", (broken) => {
      way.push(broken ? "broken" : "closed");
      end();
    });
  };
  /** The first packet of a connection is held as every other one. */
  const reach = () => {
    if (server || flows.toServer.held || client.destroyed) return;
    server = connect({ port: serverPort, host: "127.0.0.1", noDelay: true });
    down.from = server;
    watch(server, down);
  };
  watch(client, up);
  reach();
  return {
    isLeft: () => client.destroyed,
    pump() {
      reach();
      up.pump();
      down.pump();
    },
    reset() {
      client.resetAndDestroy();
      server?.resetAndDestroy();
      end();
    },
  };
}

/** One way of a connection: what is on it, in order, and when it may arrive. */
interface Way {
  from: Socket | undefined;
  push(what: Buffer | "closed" | "broken"): void;
  pump(): void;
  stop(): void;
}

function createWay(source: Socket | undefined, to: () => Socket | undefined, flow: Flow): Way {
  const queue: { what: Buffer | "closed" | "broken"; due: number }[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function pump(): void {
    clearTimeout(timer);
    const target = to();
    while (!flow.held && target && queue.length > 0) {
      const { what, due } = queue[0]!;
      const wait = due - performance.now();
      if (wait > 0) {
        timer = setTimeout(pump, Math.ceil(wait));
        return;
      }
      queue.shift();
      deliver(what, target);
    }
    if (bytes < MOST_QUEUED) way.from?.resume();
  }

  function deliver(what: Buffer | "closed" | "broken", target: Socket): void {
    if (what === "broken") target.resetAndDestroy();
    else if (what === "closed") target.end(() => target.destroy());
    else {
      bytes -= what.length;
      if (target.writable) target.write(what);
    }
  }

  const way: Way = {
    from: source,
    push(what) {
      if (typeof what !== "string") bytes += what.length;
      queue.push({ what, due: performance.now() + flow.delay });
      if (bytes >= MOST_QUEUED) way.from?.pause();
      pump();
    },
    pump,
    stop() {
      clearTimeout(timer);
      queue.length = 0;
    },
  };
  return way;
}
