/** When a process started, as the system tells it: with it, a process number that was used again is not taken for its last owner. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Runs a program and gives its standard output; throws where it fails. */
export type Ask = (command: string, args: readonly string[]) => string;
const ask: Ask = (command, args) =>
  execFileSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" }, // the same words whoever asks
    stdio: ["ignore", "pipe", "ignore"],
    timeout: ASK_MILLISECONDS,
  });
const ASK_MILLISECONDS = 5_000;

/** A text that differs between two processes of one number; null where the system does not tell, or there is no such process. */
export function startTime(pid: number, platform: NodeJS.Platform = process.platform, system: Ask = ask): string | null {
  try {
    if (platform === "linux") return startOnLinux(pid);
    const told =
      platform === "win32"
        ? system("powershell.exe", ["-NoProfile", "-Command", `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`])
        : system("ps", ["-o", "lstart=", "-p", String(pid)]);
    return told.trim() || null;
  } catch {
    return null;
  }
}

/** Boot id and ticks since boot (field 22 of /proc/PID/stat). */
function startOnLinux(pid: number): string {
  const status = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The second field, the program's name, is in parentheses and may hold anything.
  const ticks = status.slice(status.lastIndexOf(")") + 2).split(" ")[19];
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()}:${ticks}`;
}
