import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** Not what an address says (search.ts): every route reads that at once. */
const PAGES = /src\/features\/(auctions|buyers|campaigns|help|numbers|portal|rtb|settings|tracking)\/(?!search)/;
const pagesOf = (id: string): string | null => PAGES.exec(id)?.[1] ?? null;
// What most pages need together comes in two files, and the pages of one group in one, where these are many and small:
// by themselves they would be a hundred, most below 1 kB, and compress badly.
const UI = "table|simple-table|columns|menu|filters|dialog|badge|tabs|code|in-view|progress";
const APP = "record|save-bar|conflict|peek|retire|toggle|export|known|number-picker|fields|editors/[a-z-]+";
const codeSplitting = {
  includeDependenciesRecursively: false,
  groups: [
    { name: "icons", test: /lucide-react/ },
    { name: "parts", test: new RegExp(`src/(ui/(${UI})|app/(${APP}))\\.tsx?|node_modules/@tanstack/(react-table|table-core|react-virtual|virtual-core)/`), minShareCount: 2 },
    { debugName: "pages", name: pagesOf },
  ],
};

export default defineConfig({
  base: "/console/",
  plugins: [react(), tailwind()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false }, rolldownOptions: { output: { codeSplitting } } },
  server: { proxy: { "/api": process.env["CONSOLE_URL"] ?? "http://127.0.0.1:8005" } },
});
