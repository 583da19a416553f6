import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Built, buildFolder, startTarget } from '../test/target.ts';
import { createDebugFiles } from './debug-files.ts';
import { liveMappings } from './mapped-file.ts';
import { createSymbolFiles, type SymbolFiles } from './symbol-files.ts';
import { createSymbolReader } from './symbol-reader.ts';
import type { SymbolTable } from './symbol-table.ts';

const LOADER = join(import.meta.dirname, '../../../loader/build/probepad-loader');

let built: Built;
before(() => {
  built = buildFolder();
});
after(() => built[Symbol.dispose]());

function symbolFiles(): SymbolFiles {
  return createSymbolFiles(() => createSymbolReader(LOADER));
}

async function tableOf(files: SymbolFiles, path: string): Promise<SymbolTable> {
  const handle = await open(path);
  const table = await files.tableOf({ handle, identity: path, size: (await handle.stat()).size });
  assert.ok(table !== undefined && table !== 'busy');
  return table;
}

/** A stripped program, and its debug file below a root as packages put it. */
function stripped(name: string, debugOf = name): { path: string; root: string; debug: string } {
  const id = name.padEnd(20, ' ');
  const buildId = Buffer.from(id).toString('hex');
  const path = built.target(name, ['-g', `-Wl,--build-id=0x${buildId}`]);
  const from =
    debugOf === name
      ? path
      : built.target(debugOf, [
          '-g',
          `-Wl,--build-id=0x${buildId.replace(/.$/, '1')}`,
          '-Dknown_function=wrong',
        ]);
  const root = join(built.folder, `root-of-${name}`);
  const debug = join(root, 'usr/lib/debug/.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`);
  mkdirSync(dirname(debug), { recursive: true });
  execFileSync('objcopy', ['--only-keep-debug', from, debug]);
  execFileSync('strip', ['--strip-all', path]);
  return { path, root, debug };
}

/** What the table has where a function of the running program lies. */
async function knownFunction(table: SymbolTable, path: string): Promise<string | undefined> {
  const target = await startTarget(path);
  const address = target.addresses.known as bigint;
  const mapping = (await liveMappings(target.pid)).find(
    ({ start, end }) => start <= address && address < end,
  );
  await target.end();
  assert.ok(mapping);
  return table.find(address - mapping.start + mapping.offset)?.symbol;
}

test('a stripped program has the functions of its debug file', async () => {
  const { path, root } = stripped('apart');
  const files = symbolFiles();
  const table = await tableOf(files, path);
  assert.equal(table.isWhole, false);
  assert.equal(await knownFunction(table, path), undefined);
  const found = await createDebugFiles(files).completed(table, ['/nonexistent', root]);
  assert.ok(found !== 'busy');
  assert.equal(await knownFunction(found, path), 'known_function');
  assert.equal(found.buildId, table.buildId);
});

test('a debug file of another build is not believed', async () => {
  const { path, root } = stripped('mine', 'another');
  const files = symbolFiles();
  const table = await tableOf(files, path);
  assert.equal(await createDebugFiles(files).completed(table, [root]), table);
});

test('what is whole, or has no debug file, stays as it is; it is looked for once', async () => {
  const files = symbolFiles();
  const debugFiles = createDebugFiles(files);
  const whole = await tableOf(files, built.target('whole'));
  assert.equal(whole.isWhole, true);
  assert.equal(await debugFiles.completed(whole, ['']), whole);

  const { path, root, debug } = stripped('late');
  const table = await tableOf(files, path);
  execFileSync('mv', [debug, `${debug}.away`]);
  assert.equal(await debugFiles.completed(table, [root]), table);
  execFileSync('mv', [`${debug}.away`, debug]);
  assert.equal(await debugFiles.completed(table, [root]), table, 'for a minute');
  assert.notEqual(await createDebugFiles(files).completed(table, [root]), table);
});

test('a path that is no plain file is not opened', async () => {
  const { path, root, debug } = stripped('odd');
  const files = symbolFiles();
  const table = await tableOf(files, path);
  rmSync(debug);
  execFileSync('mkfifo', [debug]);
  assert.equal(await createDebugFiles(files).completed(table, [root]), table);
});
