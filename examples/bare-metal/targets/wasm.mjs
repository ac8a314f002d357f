// Runs `check` in Node.js and reads the exported values back. usage: node wasm.mjs wasm.wasm
import { readFileSync } from 'node:fs';
import assert from 'node:assert';

const pieces = [];
const write = (start, length) => pieces.push(Buffer.from(instance.exports.memory.buffer.slice(start, start + length)));
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { host: { write } });
assert.equal(instance.exports.check(), 0);

const file = Buffer.concat(pieces);
const start = 8 + Number(file.readBigUInt64LE(0));
const header = JSON.parse(file.subarray(8, start));
const [begin] = header['check.map'].data_offsets;
assert.deepEqual(header['check.map'].shape, [3, 2, 2]);
assert.deepEqual(header['check.map#index'].shape, [3, 2]);
assert.equal(file.readFloatLE(start + begin), 2);
assert.equal(file.readFloatLE(start + begin + 4), 0.5);
console.log(`wasm32: ${Object.keys(header).length - 1} tensors read back`);
