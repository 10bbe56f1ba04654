/**
 * `npm run check:imports [-- PACKAGE...]`: imports the crontabs that Debian's packages ship. Downloads the
 * packages with apt-get into .cache/imports (needs Debian or Ubuntu, and is no part of the tests), imports
 * each crontab in them with the real command, and prints what became of it. Exit code 1 when one fails,
 * or when its result is refused by `clockd validate`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Of Debian 12, those that have a crontab of their own. */
const PACKAGES =
  `amavisd-new anacron apt-cacher awstats backupninja cacti certbot clamav-unofficial-sigs cron-apt
  cron-daemon-common dma e2fsprogs ganeti inn2 leafnode logcheck mailman3 mailman3-web mdadm munin munin-node
  ntpsec php-common pnopaste roundcube-core rsnapshot sysstat systemd-cron tiger`.split(/\s+/);

const root = join(import.meta.dirname, "..");
const cache = join(root, ".cache/imports");
const clockd = [process.execPath, join(root, "src/main.ts")] as const;

process.exitCode = main(process.argv.slice(2));

function main(given: string[]): number {
  const rows: string[][] = [["FILE", "LINES", "JOBS", "NOT", "NOTES", "VALID"]];
  const missing: string[] = [];
  for (const name of given.length > 0 ? given : PACKAGES) {
    const folder = fetchPackage(name);
    if (folder === undefined) {
      missing.push(name);
      continue;
    }
    const found = globSync(["etc/cron.d/*", "etc/crontab", "etc/anacrontab"], {
      cwd: folder,
    }).sort();
    for (const file of found) {
      if (!file.endsWith(".placeholder"))
        rows.push([`${name}: ${file}`, ...importOne(join(folder, file))]);
    }
  }
  print(rows);
  const wrong = rows.slice(1).filter((row) => row.at(-1) !== "yes").length;
  const sum = (column: number) => rows.slice(1).reduce((all, row) => all + Number(row[column]), 0);
  console.log(
    `${rows.length - 1} crontabs, ${sum(2)} jobs carried over, ${sum(3)} not, ${wrong} failed or not valid`,
  );
  if (missing.length > 0) console.log(`not to be had here: ${missing.join(", ")}`);
  return wrong > 0 ? 1 : 0;
}

/** The folder with a package's /etc, or undefined when this machine's sources do not have the package. */
function fetchPackage(name: string): string | undefined {
  const folder = join(cache, name);
  mkdirSync(folder, { recursive: true });
  if (globSync("*.deb", { cwd: folder }).length === 0) {
    const { status } = spawnSync("apt-get", ["download", "-qq", name], {
      cwd: folder,
      stdio: "ignore",
    });
    if (status !== 0) return undefined;
  }
  const [deb] = globSync("*.deb", { cwd: folder });
  const archive = execFileSync("dpkg-deb", ["--fsys-tarfile", join(folder, deb!)], {
    maxBuffer: 2 ** 30,
  });
  // A package without such files is no failure.
  const wanted = ["./etc/cron.d", "./etc/crontab", "./etc/anacrontab"];
  spawnSync("tar", ["-x", "-f", "-", ...wanted], { cwd: folder, input: archive });
  return folder;
}

function importOne(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n").length - 1;
  const [node, main] = clockd;
  const imported = spawnSync(node, [main, "import", "crontab", file, "--json"], {
    encoding: "utf8",
  });
  if (imported.status !== 0 && imported.status !== 1) {
    console.log(imported.stderr.trim());
    return [String(lines), "0", "0", "0", `no: exit code ${imported.status}`];
  }
  const { jobs, left, remarks, yaml } = JSON.parse(imported.stdout);
  const checked = spawnSync(node, [main, "validate", "-"], { input: yaml, encoding: "utf8" });
  for (const { line, text, why } of left) console.log(`${file}:${line} ${text}\n  ${why}`);
  const notes = remarks.length + jobs.flatMap((job: { notes: string[] }) => job.notes).length;
  if (checked.status !== 0) console.log(checked.stdout.trim());
  const valid = checked.status === 0 ? "yes" : "no";
  return [lines, jobs.length, left.length, notes, valid].map(String);
}

function print(rows: readonly string[][]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    );
  }
}
