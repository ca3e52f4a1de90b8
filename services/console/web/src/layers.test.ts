import { expect, test } from "vitest";

/** What each folder may import of ours; features never import each other. */
const MAY: Record<string, readonly string[]> = {
  lib: ["lib"],
  ui: ["lib", "ui"],
  api: ["lib", "api"],
  app: ["lib", "ui", "api", "app"],
  features: ["lib", "ui", "api", "app"],
  routes: ["lib", "ui", "api", "app", "features", "routes"],
};

const sources = import.meta.glob("./*/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }) as Record<string, string>;
const ours = Object.entries(sources).filter(([path]) => !path.endsWith(".d.ts"));

test.each(ours)("%s imports only what its folder may, and can be read at a sitting", (path, source) => {
  const [, layer = "", name = ""] = path.split("/");
  for (const [, imported = ""] of source.matchAll(/from "@\/([^"]+)"/g)) {
    const [folder = "", feature = ""] = imported.split("/");
    expect(MAY[layer], `${path} imports ${imported}`).toContain(folder);
    if (layer === "features" && folder === "features") expect(feature).toBe(name);
  }
  expect(source.split("\n").length).toBeLessThanOrEqual(300);
});
