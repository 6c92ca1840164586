/** A browser for tests of pages: Chromium without a window, where there is one. */

import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** `VAEKIT_CHROMIUM`, else where systems keep it. */
const PLACES = [
  process.env.VAEKIT_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
export const CHROMIUM = PLACES.find((place) => place && existsSync(place));

/** Lets Chromium compute WebGPU in software, where there is no graphics card. */
export const SOFTWARE_WEBGPU = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
];

export async function launch(more: readonly string[] = []): Promise<Browser> {
  // Without a graphics card WebGL is drawn by software, which has to be allowed.
  const args = ["--no-sandbox", "--enable-unsafe-swiftshader", ...more];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

export interface OpenPage {
  readonly page: Page;
  /** Errors in the console, exceptions, and requests for anything but the page and data URIs. */
  readonly complaints: string[];
}

/** Opens a file, after `before` has run in it, and listens. */
export async function openFile(
  browser: Browser,
  path: string,
  { before, ...options }: BrowserContextOptions & { readonly before?: () => void } = {},
): Promise<OpenPage> {
  const context = await browser.newContext(options);
  if (before) await context.addInitScript(before);
  const page = await context.newPage();
  const complaints: string[] = [];
  const address = pathToFileURL(path).href;
  page.on("console", (message) => {
    // Software drawing warns that reading pixels back is slow.
    if (message.type() === "error" || (message.type() === "warning" && !message.text().includes("GPU stall")))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(address);
  return { page, complaints };
}
