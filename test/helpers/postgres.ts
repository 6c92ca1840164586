/** A PostgreSQL server for one test file; null, with the reason, where none can be started. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface PostgresServer {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  run(sql: string): void;
  stop(): void;
}

const INSTALLED = "/usr/lib/postgresql";

/** Where initdb and pg_ctl lie. */
export function postgresPrograms(): string | null {
  if (!existsSync(INSTALLED)) return null;
  const version = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a))[0];
  const folder = join(INSTALLED, version, "bin");
  return existsSync(join(folder, "initdb")) ? folder : null;
}

/** Starts one with an empty database. The server refuses to run as root: then it runs as the user "postgres". */
export async function startPostgres(programs: string): Promise<PostgresServer> {
  const root = mkdtempSync(join(tmpdir(), "vaekit-postgres-"));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) execFileSync("chown", ["postgres", root]);
  const run = (program: string, args: readonly string[]) => {
    const command = join(programs, program);
    const [file, all] = isRoot
      ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", command, ...args]]
      : [command, args];
    return execFileSync(file as string, all as string[], { stdio: ["ignore", "ignore", "pipe"], cwd: root });
  };
  const port = await freePort();
  const data = join(root, "data");
  run("initdb", ["-D", data, "-U", "vaekit", "-A", "trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
  run("pg_ctl", ["-D", data, "-w", "-l", join(root, "log"), "-o", `-p ${port} -h 127.0.0.1 -k ${root} -F`, "start"]);
  return {
    url: `postgres://vaekit:secret@127.0.0.1:${port}/postgres`,
    run: (sql) =>
      void run("psql", [
        "-h",
        "127.0.0.1",
        "-p",
        String(port),
        "-U",
        "vaekit",
        "-d",
        "postgres",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        sql,
      ]),
    stop() {
      run("pg_ctl", ["-D", data, "-m", "immediate", "stop"]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
