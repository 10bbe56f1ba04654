import { createServer, connect as dial, type Socket } from "node:net";

/** A TCP way to a server, which can be cut for the server before the client learns of it. */
export interface FragileWay {
  port: number;
  /** The server sees the end of every connection; the client sees nothing, and is not heard. */
  cut(): void;
  /** The client sees the end too. */
  end(): void;
  close(): void;
}

export async function fragileWay(to: number): Promise<FragileWay> {
  const pairs: { near: Socket; far: Socket }[] = [];
  let isCut = false;
  const server = createServer((near) => {
    const far = dial(to, "127.0.0.1");
    pairs.push({ near, far });
    near.on("data", (data) => isCut || far.write(data));
    far.on("data", (data) => isCut || near.write(data));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => undefined);
      one.on("close", () => isCut || other.destroy());
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const end = () => {
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      isCut = true;
      for (const { far } of pairs) far.destroy();
    },
    end,
    close() {
      end();
      server.close();
    },
  };
}
