// The functions of a WASM module: their numbers, the sizes of their bodies, and their names where the
// module has any. Read from the binary format (WebAssembly 2.0, 5.5), as far as that needs.

const [CUSTOM, IMPORT, CODE] = [0, 2, 10];
const FUNCTION = 0;

/** Number → `{ size, name }`, of the functions that the module has a body for. */
export function functions(bytes) {
  const module = new Reader(bytes, 8);
  let imported = 0;
  let bodies = [];
  let names = new Map();
  while (!module.isAtEnd()) {
    const kind = module.byte();
    const section = module.part();
    if (kind === IMPORT) imported = section.list(importKind).filter((it) => it === FUNCTION).length;
    if (kind === CODE) bodies = section.list((reader) => reader.part().length);
    if (kind === CUSTOM && section.text() === "name") names = functionNames(section);
  }
  return new Map(
    bodies.map((size, at) => [imported + at, { size, name: names.get(imported + at) ?? "" }]),
  );
}

function importKind(reader) {
  reader.text();
  reader.text();
  const kind = reader.byte();
  if (kind === FUNCTION) reader.number();
  else if (kind === 3) reader.skip(2); // a global: its type, and whether it changes
  else {
    if (kind === 1) reader.byte(); // a table: what is in it
    const hasMost = reader.byte() & 1;
    reader.number();
    if (hasMost) reader.number();
  }
  return kind;
}

function functionNames(section) {
  while (!section.isAtEnd()) {
    const kind = section.byte();
    const part = section.part();
    if (kind === 1) return new Map(part.list((reader) => [reader.number(), reader.text()]));
  }
  return new Map();
}

class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.length = bytes.length;
  }

  isAtEnd() {
    return this.at >= this.bytes.length;
  }

  byte() {
    return this.bytes[this.at++];
  }

  skip(count) {
    this.at += count;
  }

  // LEB128, unsigned.
  number() {
    let [value, shift, byte] = [0, 1, 0];
    do {
      byte = this.byte();
      value += (byte & 127) * shift;
      shift *= 128;
    } while (byte & 128);
    return value;
  }

  part() {
    const length = this.number();
    const part = new Reader(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return part;
  }

  text() {
    return new TextDecoder().decode(this.part().bytes);
  }

  list(read) {
    return Array.from({ length: this.number() }, () => read(this));
  }
}
