import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import type { Target } from "./targets.ts";

/**
 * A copy of a Node without its symbols, which are a fifth of it. Before anything is put in: afterwards
 * stripping takes that out again. Those for Windows and macOS come without.
 */
export function stripped(node: string, copy: string, target: Target): void {
  if (target.platform !== "linux") {
    copyFileSync(node, copy);
    return;
  }
  const { tools, install } = TOOLS[target.arch as "x64" | "arm64"];
  const tool = tools.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (tool === undefined) {
    const missing = `nothing here strips a ${target.name} program`;
    throw new Error(`${missing}: as root, type apt-get install -y ${install}`);
  }
  execFileSync(tool, ["--strip-all", "-o", copy, node]);
}

/** Of several machines' the one for the machine first: others may refuse the file. */
const TOOLS = {
  x64: { tools: ["x86_64-linux-gnu-strip", "llvm-strip"], install: "binutils" },
  arm64: {
    tools: ["aarch64-linux-gnu-strip", "llvm-strip"],
    install: "binutils-aarch64-linux-gnu",
  },
} as const;
