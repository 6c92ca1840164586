/** Names of devices, and the error for one that is not there. */

import { didYouMean, VaekitError } from "../errors.js";

/** E_DEVICE unless `device` is among `devices`; the hint names the one that was meant, or all. */
export function checkDevice(device: string, devices: readonly string[]): void {
  if (devices.includes(device)) return;
  throw new VaekitError("E_DEVICE", `no device "${device}" here`, didYouMean(device, devices));
}
