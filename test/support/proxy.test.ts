import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startProxy, type TcpProxy } from "./proxy.ts";
import { until } from "./until.ts";

interface Context {
  server: Server;
  /** The server's side of each connection, and what came on it. */
  served: { socket: Socket; text: string; closed: boolean }[];
  proxy: TcpProxy;
  clients: Socket[];
}

const test = suite<Context>("a proxy for a test");

test.before.each(async (context) => {
  context.served = [];
  context.clients = [];
  context.server = createServer((socket) => {
    const side = { socket, text: "", closed: false };
    context.served.push(side);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      side.text += chunk;
      socket.write(`<${chunk}>`);
    });
    socket.on("close", () => {
      side.closed = true;
    });
  });
  context.server.listen(0, "127.0.0.1");
  await once(context.server, "listening");
  context.proxy = await startProxy((context.server.address() as AddressInfo).port);
});

test.after.each(async ({ server, served, proxy, clients }) => {
  for (const client of clients) client.destroy();
  for (const { socket } of served) socket.destroy();
  await proxy.close();
  server.close();
});

test("passes bytes both ways, and the end", async (context) => {
  const client = dial(context);
  client.socket.write("a");
  await until(() => client.text === "<a>", 5000, "the answer");
  assert.is(context.proxy.connections, 1);
  client.socket.end();
  await until(() => context.served[0]?.closed, 5000, "the server to see the end");
  await until(() => context.proxy.connections === 0, 5000, "no connection");
});

test("breaks connections to both sides, and takes new ones", async (context) => {
  const client = dial(context);
  client.socket.write("a");
  await until(() => client.text === "<a>", 5000, "the answer");
  context.proxy.reset();
  await until(() => client.error === "ECONNRESET", 5000, "the client to see it");
  await until(() => context.served[0]?.closed, 5000, "the server to see it");
  const again = dial(context);
  again.socket.write("b");
  await until(() => again.text === "<b>", 5000, "the answer");
});

test("keeps what it holds, and the news of an end, until the way is free", async (context) => {
  const client = dial(context);
  client.socket.write("a");
  await until(() => client.text === "<a>", 5000, "the answer");
  context.proxy.set({ toServer: { held: true }, toClient: { held: true } });
  client.socket.write("b");
  client.socket.end();
  const other = dial(context);
  other.socket.write("c");
  await until(() => context.proxy.connections === 1, 5000, "only the second connection");
  await passes(100);
  assert.equal(
    context.served.map(({ text, closed }) => [text, closed]),
    [["a", false]],
  );
  context.proxy.set({ toServer: { held: false }, toClient: { held: false } });
  await until(() => context.served[0]?.closed, 5000, "the end to arrive");
  assert.is(context.served[0]!.text, "ab");
  await until(() => other.text === "<c>", 5000, "the second connection to be answered");
});

test("holds one way only", async (context) => {
  const client = dial(context);
  client.socket.write("a");
  await until(() => client.text === "<a>", 5000, "the answer");
  context.proxy.set({ toClient: { held: true } });
  client.socket.write("b");
  await until(() => context.served[0]?.text === "ab", 5000, "the server to get it");
  await passes(50);
  assert.is(client.text, "<a>");
  context.proxy.set({ toClient: { held: false } });
  await until(() => client.text === "<a><b>", 5000, "the answer");
});

test("delays, and keeps the order when the delay ends", async (context) => {
  const client = dial(context);
  client.socket.write("a");
  await until(() => client.text === "<a>", 5000, "the answer");
  context.proxy.set({ toServer: { delay: 300 } });
  const began = performance.now();
  client.socket.write("b");
  await passes(20);
  context.proxy.set({ toServer: { delay: 0 } });
  client.socket.write("c");
  await until(() => context.served[0]?.text === "abc", 5000, "all of it");
  assert.ok(performance.now() - began >= 295);
});

function dial({ proxy, clients }: Context) {
  const socket = connect(proxy.port, "127.0.0.1");
  const side = { socket, text: "", error: "" };
  clients.push(socket);
  socket.on("data", (chunk) => {
    side.text += chunk;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    side.error = error.code ?? "";
  });
  return side;
}

/** For what must not happen: nothing tells that it has not. */
function passes(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test.run();
