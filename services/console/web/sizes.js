// Packs the built files, says how large they are, and refuses a build that is too large.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const FIRST_MAX = 170_000; // bytes of brotli, as browsers get them by TLS: what the first page needs
const WHOLE_MAX = 450_000;
const folder = new URL("./dist/assets/", import.meta.url);
const index = readFileSync(new URL("./dist/index.html", import.meta.url), "utf8");
const sizes = readdirSync(folder)
  .filter((name) => /\.(js|css)$/.test(name))
  .map((name) => {
    const file = readFileSync(new URL(name, folder));
    const packed = brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: file.length } });
    writeFileSync(new URL(`${name}.br`, folder), packed);
    writeFileSync(new URL(`${name}.gz`, folder), gzipSync(file, { level: 9 }));
    return { name, bytes: packed.length, first: index.includes(name) };
  });
const sum = (those) => those.reduce((all, one) => all + one.bytes, 0);
const first = sum(sizes.filter((one) => one.first));
const whole = sum(sizes);
writeFileSync(new URL("./dist/sizes.json", import.meta.url), JSON.stringify({ first, whole }));
console.log(`first ${Math.round(first / 1000)} kB, whole ${Math.round(whole / 1000)} kB, compressed`);
if (first > FIRST_MAX || whole > WHOLE_MAX) {
  console.error(`too large: at most ${FIRST_MAX / 1000} and ${WHOLE_MAX / 1000} kB`);
  process.exit(1);
}
