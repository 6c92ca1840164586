/** How much disk packages take: ours as npm installs them for use, Python's with what they need. */

import { spawnSync } from "node:child_process";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

const MIB = 2 ** 20;

/** Size of all files under a folder, in bytes; links and folders named `without` are left out. */
async function sizeOfFolder(folder: string, without: string): Promise<number> {
  let total = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== without) total += await sizeOfFolder(path, without);
    else if (entry.isFile()) total += (await lstat(path)).size;
  }
  return total;
}

export interface PackageSizes {
  /** The file that npm fetches, MiB. */
  readonly packed: number;
  /** vaekit itself on disk, MiB. */
  readonly unpacked: number;
  /** All that a production install puts beside it, MiB. */
  readonly dependencies: number;
  /** The largest of these, MiB. */
  readonly onnxruntime: number;
}

/** Sizes of the built package and of what it depends on, as they lie in this repository's node_modules. */
export async function packageSizes(root: string): Promise<PackageSizes> {
  const [pack] = JSON.parse(npm(root, "pack", "--dry-run", "--json", "--ignore-scripts")) as [
    { size: number; unpackedSize: number },
  ];
  const paths = npm(root, "ls", "--omit=dev", "--all", "--parseable").trim().split("\n").slice(1);
  const sizes = new Map<string, number>();
  for (const path of paths) sizes.set(path, await sizeOfFolder(path, "node_modules"));
  const total = [...sizes.values()].reduce((a, b) => a + b, 0);
  return {
    packed: pack.size / MIB,
    unpacked: pack.unpackedSize / MIB,
    dependencies: total / MIB,
    onnxruntime: (sizes.get(join(root, "node_modules", "onnxruntime-node")) ?? 0) / MIB,
  };
}

function npm(cwd: string, ...args: readonly string[]): string {
  const windows = process.platform === "win32";
  const { stdout, error } = spawnSync(windows ? "npm.cmd" : "npm", args, { cwd, encoding: "utf8", shell: windows });
  if (error) throw error;
  return stdout;
}

/** MiB of an installed Python package, alone and with all that it requires. */
export function pythonSizes(python: string, name: string): { readonly alone: number; readonly all: number } {
  const script = `
import importlib.metadata as m, json, os, re, sys
def canonical(name): return re.sub(r"[-_.]+", "-", name).lower()
sizes, waiting = {}, [sys.argv[1]]
while waiting:
    name = canonical(waiting.pop())
    if name in sizes: continue
    try: found = m.distribution(name)
    except m.PackageNotFoundError: continue  # for another system
    paths = [found.locate_file(file) for file in found.files or []]
    sizes[name] = sum(os.path.getsize(path) for path in paths if os.path.isfile(path))
    waiting += [re.match(r"[\\w.-]+", need)[0] for need in found.requires or [] if "extra ==" not in need]
print(json.dumps({"alone": sizes[canonical(sys.argv[1])] / 2**20, "all": sum(sizes.values()) / 2**20}))`;
  const { status, stdout, stderr } = spawnSync(python, ["-c", script, name], { encoding: "utf8" });
  if (status !== 0) throw new Error(`sizes of ${name}: ${stderr}`);
  return JSON.parse(stdout) as { alone: number; all: number };
}
