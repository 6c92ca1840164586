/** Checkpoints and the folder a run works in: what a killed run leaves, and how the next one goes on. */

import { describe, expect, test } from "vitest";
import { type CheckpointState, readCheckpoint, writeCheckpoint } from "../../src/store/checkpoint.js";
import { loadModel, saveModel } from "../../src/store/folder.js";
import { isFinished, openWorkFolder } from "../../src/store/work-folder.js";
import { Killed, type MemoryDisk, memoryDisk } from "../helpers/memory-files.js";
import { sampleConfig, sampleModel } from "../helpers/saved-models.js";

function stateAt(step: number, progress: object = {}): CheckpointState {
  return {
    config: sampleConfig(),
    progress: { step, ...progress },
    tensors: new Map([
      ["value/w", { shape: [2, 2], values: Float32Array.of(step, -0, 1e-45, 3.4e38) }],
      ["m/w", { shape: [2, 2], values: new Float32Array(4).fill(step / 3) }],
    ]),
  };
}

function checkpointPaths(disk: MemoryDisk): string[] {
  return disk.tree().filter((path) => path.endsWith(".safetensors"));
}

describe("checkpoints", () => {
  test("come back bit for bit, infinities and the sign of zero too", async () => {
    const { host } = memoryDisk().process();
    const progress = {
      best: Number.POSITIVE_INFINITY,
      worst: Number.NEGATIVE_INFINITY,
      none: Number.NaN,
      zero: -0,
      seconds: 0.1,
      random: { seed: 1, stream: 2, position: 2 ** 40 },
    };
    await writeCheckpoint("w", stateAt(7, progress), host);
    const state = (await readCheckpoint("w", host))!;
    expect(state.progress).toEqual({ step: 7, ...progress });
    expect(state.config).toEqual(sampleConfig());
    expect(state.tensors).toEqual(stateAt(7).tensors);
    expect(Object.is(state.tensors.get("value/w")!.values[1], -0)).toBe(true);
  });

  test("there are at most two, and none is null", async () => {
    const disk = memoryDisk();
    const { host } = disk.process();
    expect(await readCheckpoint("w", host)).toBeNull();
    for (const step of [10, 20, 15, 30]) await writeCheckpoint("w", stateAt(step), host);
    expect(checkpointPaths(disk)).toHaveLength(2);
    expect((await readCheckpoint("w", host))!.progress.step).toBe(30);
  });

  test("the newest written counts, even when a recovery went back in steps", async () => {
    const { host } = memoryDisk().process();
    for (const step of [100, 40]) await writeCheckpoint("w", stateAt(step), host);
    expect((await readCheckpoint("w", host))!.progress.step).toBe(40);
  });

  test("a damaged one is passed over for the one before, and told", async () => {
    const disk = memoryDisk();
    const { host } = disk.process();
    for (const step of [10, 20]) await writeCheckpoint("w", stateAt(step), host);
    const [older, newest] = checkpointPaths(disk);
    const whole = disk.contents.get(newest)!;
    for (let at = 0; at < whole.length; at += 7) {
      for (const damaged of [whole.slice(0, at), whole.map((byte, i) => (i === at ? byte ^ 0x15 : byte))]) {
        disk.contents.set(newest, damaged);
        const notices: string[] = [];
        const state = (await readCheckpoint("w", host, (notice) => notices.push(notice)))!;
        if (state.progress.step === 20) expect(state).toEqual({ ...stateAt(20) });
        else expect(notices).toEqual([expect.stringContaining("continuing from the checkpoint before it, at step 10")]);
      }
    }
    disk.contents.set(older, new Uint8Array(20));
    disk.contents.set(newest, new Uint8Array(20));
    await expect(readCheckpoint("w", host)).rejects.toMatchObject({
      code: "E_FILE",
      hint: expect.stringContaining("--resume"),
    });
  });
});

describe("a run", () => {
  test("works in the new folder, leaves checkpoints when it stops, goes on from them, and ends as a model", async () => {
    const disk = memoryDisk();
    const first = await openWorkFolder("out/m", { resume: false }, disk.process().host);
    expect(first).toMatchObject({ path: "out/m", resumed: null, notices: [] });
    await first.checkpoint(stateAt(5));
    await first.close();
    expect(await isFinished("out/m", disk.process().host)).toBe(false);
    await expect(loadModel("out/m", disk.process().host)).rejects.toMatchObject({
      code: "E_MODEL",
      hint: expect.stringContaining("--resume"),
    });

    const second = await openWorkFolder("out/m", { resume: true }, disk.process().host);
    expect(second.resumed!.progress.step).toBe(5);
    await second.finish(sampleModel());
    await second.close();
    expect(await isFinished("out/m", disk.process().host)).toBe(true);
    expect(disk.tree().filter((path) => path.includes("checkpoint") || path.includes(".work"))).toEqual([]);
    expect((await loadModel("out/m", disk.process().host)).config).toEqual(sampleModel().config);
  });

  test("that fails before its first checkpoint leaves nothing, not even the folders above", async () => {
    const disk = memoryDisk();
    const { host, files } = disk.process();
    const work = await openWorkFolder("a/b/c", { resume: false }, host);
    await work.log({ event: "start" });
    await work.close();
    expect(disk.tree()).toEqual([]);
    expect(disk.folders).toEqual(new Set(["."]));
    await files.makeFolder("kept");
    await (await openWorkFolder("kept", { resume: true }, host)).close();
    expect(disk.tree()).toEqual(["kept/"]);
  });

  test("without --resume starts over, and keeps the old checkpoints until it has its own", async () => {
    const disk = memoryDisk();
    const { host } = disk.process();
    const old = await openWorkFolder("m", { resume: false }, host);
    for (const step of [50, 90]) await old.checkpoint(stateAt(step));
    await old.close();
    const failing = await openWorkFolder("m", { resume: false }, host);
    expect(failing.resumed).toBeNull();
    expect(failing.notices).toEqual([expect.stringContaining("--resume")]);
    await failing.close();
    const fresh = await openWorkFolder("m", { resume: false }, host);
    await fresh.checkpoint(stateAt(3));
    await fresh.close();
    expect(checkpointPaths(disk)).toHaveLength(1);
    const resumed = await openWorkFolder("m", { resume: true }, host);
    expect(resumed.resumed!.progress.step).toBe(3);
    await resumed.close();
  });

  test("that replaces a model works beside it; killed, it leaves the old model, and --resume finds the checkpoint", async () => {
    const disk = memoryDisk();
    await saveModel("m", sampleModel(1), disk.process().host);
    const killed = disk.process();
    const work = await openWorkFolder("m", { resume: false }, killed.host);
    expect(work.path).toBe(".m.work");
    await work.checkpoint(stateAt(8));
    await expect(openWorkFolder("m", { resume: true }, disk.process().host)).rejects.toMatchObject({
      code: "E_LOCKED",
    });
    await work.close(); // as if killed: its lock is gone
    expect((await loadModel("m", disk.process().host)).config.metrics).toEqual({ negativeElbo: 101 });
    expect(await isFinished("m", disk.process().host)).toBe(false);
    const next = await openWorkFolder("m", { resume: true }, disk.process().host);
    expect(next.resumed!.progress.step).toBe(8);
    await next.finish(sampleModel(2));
    expect(await isFinished("m", disk.process().host)).toBe(true);
    expect(disk.tree().every((path) => path.startsWith("m/"))).toBe(true);
  });

  test("goes on beside a model that was deleted meanwhile", async () => {
    const disk = memoryDisk();
    const { host, files } = disk.process();
    await saveModel("m", sampleModel(1), host);
    const work = await openWorkFolder("m", { resume: false }, host);
    await work.checkpoint(stateAt(8));
    await work.close();
    await files.remove("m");
    const next = await openWorkFolder("m", { resume: true }, host);
    expect(next.resumed!.progress.step).toBe(8);
    await next.finish(sampleModel(2));
    expect((await loadModel("m", host)).config.metrics).toEqual({ negativeElbo: 102 });
  });

  test("killed between any two changes can be resumed to a finished model", async () => {
    const run = async (host: ReturnType<MemoryDisk["process"]>["host"]) => {
      const work = await openWorkFolder("m", { resume: true }, host);
      let step = work.resumed?.progress.step ?? 0;
      await work.log({ event: "start" });
      while (step < 4) {
        step++;
        await work.log({ event: "epoch", step } as never);
        await work.checkpoint(stateAt(step));
      }
      await work.log({ event: "end", reason: "finished" } as never);
      await work.finish(sampleModel(step));
    };
    for (const replaces of [false, true]) {
      for (let killAt = 0; ; killAt++) {
        const disk = memoryDisk();
        if (replaces) await saveModel("m", sampleModel(1), disk.process().host);
        const error = await run(disk.process({ killAt }).host).then(
          () => null,
          (reason: unknown) => reason,
        );
        if (error !== null) {
          expect(error instanceof Killed || (error as Error).cause instanceof Killed).toBe(true);
          const { host } = disk.process();
          const model = await loadModel("m", host).catch(() => null);
          if (replaces) expect(model).not.toBeNull();
          const finished = model?.config.metrics.negativeElbo === 104;
          if (finished) expect(await isFinished("m", host)).toBe(true);
          else await run(host);
        }
        const { config } = await loadModel("m", disk.process().host);
        expect(config.metrics, `killed at change ${killAt}`).toEqual({ negativeElbo: 104 });
        const log = new TextDecoder().decode(disk.contents.get("m/metrics.jsonl")).trim().split("\n");
        expect(log.map((line) => JSON.parse(line).step ?? JSON.parse(line).event)).toEqual([
          "start",
          1,
          2,
          3,
          4,
          "end",
        ]);
        if (error === null) break;
      }
    }
  }, 120_000);
});

test("metrics.jsonl holds what the same run would tell again, and nothing that comes by the clock", async () => {
  const disk = memoryDisk();
  const { host } = disk.process();
  const text = () => new TextDecoder().decode(disk.contents.get("m/metrics.jsonl"));
  const first = await openWorkFolder("m", { resume: false }, host);
  await first.log({ event: "start" });
  await first.log({ event: "progress" });
  await first.log({ event: "epoch" });
  await first.checkpoint(stateAt(4));
  await first.log({ event: "recovered" });
  await first.log({ event: "end", reason: "interrupted" } as never);
  await first.close();
  expect(text()).toBe('{"event":"start"}\n{"event":"epoch"}\n{"event":"recovered"}\n');
  const second = await openWorkFolder("m", { resume: true }, host);
  await second.log({ event: "start" });
  await second.log({ event: "recovered" });
  await second.log({ event: "end", reason: "finished" } as never);
  expect(text()).toBe(
    '{"event":"start"}\n{"event":"epoch"}\n{"event":"recovered"}\n{"event":"end","reason":"finished"}\n',
  );
  await second.close();
});
