/** Keeps the C library from handing freed memory back to the system only to ask for it again at the next step. */

/**
 * glibc takes every piece of memory above a threshold from the system and hands it back when it is freed, and its pages have
 * to be made anew each time: for copies of a net's gradients, a quarter of a small net's program in a trial. The
 * threshold rises to the largest such piece that was ever freed, up to 32 MiB. Other C libraries do not mind.
 */
const LARGEST_KEPT_BYTES = 31 * 2 ** 20;

let done = false;

export function keepFreedMemory(): void {
  if (done) return;
  done = true;
  const { port1 } = new MessageChannel();
  port1.close();
  port1.postMessage(null, [new ArrayBuffer(LARGEST_KEPT_BYTES)]); // nobody gets it: freed at once, its pages never touched
}
