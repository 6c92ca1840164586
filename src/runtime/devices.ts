/** Names of devices, and the error for one that is not there. */

import { didYouMean, VaekitError } from "../errors.js";

/** E_DEVICE unless `device` is among `devices`, which the message names. */
export function checkDevice(device: string, devices: readonly string[]): void {
  if (devices.includes(device)) return;
  const there = devices.join(", ");
  throw new VaekitError("E_DEVICE", `no device "${device}" here, only ${there}`, didYouMean(device, devices));
}
