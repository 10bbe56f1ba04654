import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { commandTree } from "../src/cli.ts";
import { completionScript } from "../src/commands/completion-scripts.ts";
import type { Host } from "../src/commands/host.ts";
import {
  buildDebianPackage,
  compressed,
  debianChangelog,
  type PackagedFile,
} from "./package/debian.ts";
import { copyrightFile } from "./package/licences.ts";
import { manualPages } from "./package/man.ts";

/**
 * `npm run build:package [-- --arch arm64 --executable PATH --outfile PATH]`: the Debian package. The
 * executable has to be there (`npm run build:binary`, for the other processor `npm run build:release`);
 * manual pages and completions are made anew.
 */
const root = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    arch: { type: "string", default: process.arch === "arm64" ? "arm64" : "amd64" },
    executable: { type: "string" },
    version: { type: "string" },
    /** `gzip` is for trying: it saves a minute. */
    compression: { type: "string", default: "xz" },
    outfile: { type: "string" },
  },
});

/** Debian's name of a processor, Node's, and the number that its executables carry (elf(5), e_machine). */
const ARCHS = {
  amd64: { node: "x64", machine: 0x3e },
  arm64: { node: "arm64", machine: 0xb7 },
} as const;

process.exitCode = main();

function main(): number {
  const { arch, compression } = values;
  if (arch !== "amd64" && arch !== "arm64") return refused(`--arch is amd64 or arm64, got ${arch}`);
  const { node, machine } = ARCHS[arch];
  const { version: own } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const released = `dist/release/clockd-${own}-linux-${node}`;
  const executable =
    values.executable ?? join(root, node === process.arch ? "dist/clockd" : released);
  if (!existsSync(executable)) {
    const how = node === process.arch ? "build:binary" : "build:release";
    return refused(
      `there is no ${executable}: make it by npm run ${how}, or name one by --executable`,
    );
  }
  if (machineOf(executable) !== machine)
    return refused(`${executable} is no executable for ${arch}`);
  const version = values.version ?? `${own}-1`;
  const outfile = values.outfile ?? join(root, `dist/clockd_${version}_${arch}.deb`);
  const epoch = sourceEpoch();
  const folder = join(root, `.cache/package-${arch}`);
  const files = filesOf(executable, { version, own, epoch });
  buildDebianPackage({
    arch,
    version,
    files,
    scripts: maintainerScripts(),
    compression,
    epoch,
    folder,
    outfile,
  });
  const mebibytes = (statSync(outfile).size / 2 ** 20).toFixed(1);
  console.log(`${relative(process.cwd(), outfile)}: ${mebibytes} MiB, ${files.length} files`);
  return 0;
}

function refused(message: string): number {
  console.error(message);
  return 2;
}

function machineOf(executable: string): number {
  const head = Buffer.alloc(20);
  const file = openSync(executable, "r");
  readSync(file, head);
  closeSync(file);
  return head.toString("latin1", 0, 4) === "\x7fELF" ? head.readUInt16LE(18) : 0;
}

/** The moment of the commit, so that the same commit gives the same package. Seconds. */
function sourceEpoch(): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given) return Number(given);
  const how = { cwd: root, encoding: "utf8" } as const;
  return Number(execFileSync("git", ["log", "-1", "--format=%ct"], how));
}

interface Facts {
  version: string;
  /** Without Debian's revision. */
  own: string;
  epoch: number;
}

function filesOf(executable: string, { version, own, epoch }: Facts): PackagedFile[] {
  const file = (path: string, from: PackagedFile["from"], mode = 0o644) => ({ path, from, mode });
  const source = (path: string) => ({ file: join(root, path) });
  const debian = (name: string) => source(`packaging/debian/${name}`);
  const doc = "usr/share/doc/clockd";
  const date = new Date(epoch * 1000).toISOString().slice(0, 10);
  const pages = manualPages(commandTree({} as Host), { version: own, date });
  return [
    file("usr/bin/clockd", { file: executable }, 0o755),
    file("lib/systemd/system/clockd.service", debian("clockd.service")),
    file("lib/systemd/system/clockd-worker.service", debian("clockd-worker.service")),
    file("etc/clockd/schedules.yml", debian("schedules.yml")),
    file("etc/default/clockd", debian("clockd.default"), 0o640),
    file(`${doc}/copyright`, copyrightFile(root)),
    file(`${doc}/changelog.gz`, compressed(readFileSync(join(root, "CHANGELOG.md"), "utf8"))),
    file(`${doc}/changelog.Debian.gz`, compressed(debianChangelog(version, epoch))),
    file(`${doc}/schedules.example.yml`, source("schedules.example.yml")),
    file("usr/share/clockd/schedules.schema.json", source("schema/schedules.schema.json")),
    file("usr/share/lintian/overrides/clockd", debian("lintian-overrides")),
    file("usr/share/bash-completion/completions/clockd", completionScript("bash")),
    file("usr/share/zsh/vendor-completions/_clockd", completionScript("zsh")),
    file("usr/share/fish/vendor_completions.d/clockd.fish", completionScript("fish")),
    ...[...pages].map(([name, page]) => file(`usr/share/man/man1/${name}.gz`, compressed(page))),
  ];
}

function maintainerScripts(): PackagedFile[] {
  return ["postinst", "prerm", "postrm"].map((name) => ({
    path: name,
    mode: 0o755,
    from: { file: join(root, "packaging/debian", name) },
  }));
}
