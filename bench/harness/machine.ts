/** What a result was measured on: machine and versions. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, type as osType, release, totalmem } from "node:os";
import { join } from "node:path";

const PEER_PACKAGES = ["torch", "onnxruntime", "pythae", "numpy", "tokenizers"];

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
}

export function machine(): Machine {
  return {
    cpu: cpuName(),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${osType()} ${release()} ${process.arch}`,
  };
}

/** The processor; where the system tells, with its family and the widest vectors, since names such as "AMD EPYC" hide both. */
function cpuName(): string {
  const name = cpus()[0]?.model.trim() ?? "unknown";
  try {
    const text = readFileSync("/proc/cpuinfo", "utf8");
    const fact = (key: string) => new RegExp(`^${key}\\s*: (.*)$`, "m").exec(text)?.[1];
    const family = fact("cpu family");
    const flags = fact("flags")?.split(" ") ?? [];
    const vectors = flags.includes("avx512f") ? "AVX-512" : flags.includes("avx2") ? "AVX2" : undefined;
    const facts = [family && `family ${family}`, vectors].filter(Boolean);
    return facts.length > 0 ? `${name} (${facts.join(", ")})` : name;
  } catch {
    return name;
  }
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifest(folder: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  } catch {
    return null;
  }
}

/** Versions of Node, this package, the packages it uses and, where there is a Python, the peers'. */
export function versions(root: string, python: string | null): Record<string, string> {
  const own = manifest(root);
  const found: Record<string, string> = { node: process.versions.node, vaekit: own?.version ?? "unknown" };
  for (const name of Object.keys(own?.dependencies ?? {})) {
    const version = manifest(join(root, "node_modules", name))?.version;
    if (version) found[name] = version;
  }
  return python ? { ...found, ...peerVersions(python) } : found;
}

function peerVersions(python: string): Record<string, string> {
  const script = `
import importlib.metadata as m, json, platform, sys
found = {"python": platform.python_version()}
for name in sys.argv[1:]:
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: pass
print(json.dumps(found))`;
  const { status, stdout } = spawnSync(python, ["-c", script, ...PEER_PACKAGES], { encoding: "utf8" });
  return status === 0 ? (JSON.parse(stdout) as Record<string, string>) : {};
}
